import { setTimeout } from 'node:timers/promises'
import express from 'express'

const app = express()

app.post('/orders', (req, res) => {
  sendReceipt()
  res.status(202).json({ status: 'accepted' })
})

async function sendReceipt() {
  await setTimeout(100)
  throw new Error('the mail server is away')
}

const server = app.listen(process.env.PORT || 3000, (error) => {
  if (error) throw error
  console.log(`http://localhost:${server.address().port}`)
})
