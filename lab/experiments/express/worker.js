import { once } from 'node:events'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import express from 'express'

if (isMainThread) {
  const app = express()

  app.get('/health', (req, res) => {
    console.log('/health is answered')
    res.json({ status: 'ok' })
  })

  app.get('/report', async (req, res) => {
    console.log('/report begins')
    const [sum] = await once(new Worker(new URL(import.meta.url)), 'message')
    console.log('/report is answered')
    res.json({ sum })
  })

  const server = app.listen(process.env.PORT || 3000, (error) => {
    if (error) throw error
    console.log(`http://localhost:${server.address().port}`)
  })
} else {
  let sum = 0
  for (let n = 1; n <= 200_000_000; n += 1) sum += n % 7
  parentPort.postMessage(sum)
}
