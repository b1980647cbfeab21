import express from 'express'

const app = express()
app.use(express.json())

app.post('/hello', (req, res) => {
  res.json({ hello: req.body.name })
})

const server = app.listen(process.env.PORT || 3000, (error) => {
  if (error) throw error
  console.log(`http://localhost:${server.address().port}`)
})
