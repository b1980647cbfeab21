from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Greeting(BaseModel):
    name: str
    times: int = 1


@app.post("/hello")
async def say_hello(greeting: Greeting):
    return greeting
