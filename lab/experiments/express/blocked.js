import express from 'express'

const app = express()

app.get('/health', (req, res) => {
  console.log('/health is answered')
  res.json({ status: 'ok' })
})

app.get('/report', (req, res) => {
  console.log('/report begins')
  let sum = 0
  for (let n = 1; n <= 200_000_000; n += 1) sum += n % 7
  console.log('/report is answered')
  res.json({ sum })
})

const server = app.listen(process.env.PORT || 3000, (error) => {
  if (error) throw error
  console.log(`http://localhost:${server.address().port}`)
})
