import time

from fastapi import FastAPI

app = FastAPI()


@app.get("/health")
async def get_health():
    print("/health is answered")
    return {"status": "ok"}


@app.get("/report")
async def get_report():
    time.sleep(1)  # Stands for a library that blocks, such as requests.
    print("/report is answered")
    return {"rows": 1}
