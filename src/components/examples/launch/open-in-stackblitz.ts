import type { Payload } from '../../../model/examples/stackblitz-payload.ts'

for (const link of document.querySelectorAll<HTMLAnchorElement>('a[data-stackblitz]')) {
  let open: (() => void) | undefined

  const prepare = async () => {
    if (savesData()) return
    const [{ default: sdk }, response] = await Promise.all([
      import('@stackblitz/sdk'),
      fetch(link.dataset['stackblitz'] ?? ''),
    ])
    if (!response.ok) return
    const { project, openFile } = (await response.json()) as Payload
    open = () => sdk.openProject(project, { openFile })
    link.title = 'Sends the files to stackblitz.com and opens them in a new tab'
  }

  // A failure leaves the link as it is, and the link leads to the same place.
  const prepareOnce = once(() => prepare().catch(() => undefined))
  for (const sign of ['pointerenter', 'pointerdown', 'focus'])
    link.addEventListener(sign, prepareOnce)

  link.addEventListener('click', (event) => {
    const wantsLink = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey
    if (!open || wantsLink) return
    event.preventDefault()
    // In the click itself: browsers block a window that is opened later.
    open()
  })
}

function savesData(): boolean {
  return (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true
}

function once(action: () => void): () => void {
  let done = false
  return () => {
    if (done) return
    done = true
    action()
  }
}
