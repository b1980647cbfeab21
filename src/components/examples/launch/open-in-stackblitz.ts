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

  let preparing: Promise<void> | undefined
  const prepareOnce = () => {
    // After a failure the link still leads to the form.
    preparing ??= prepare().catch(() => undefined)
  }
  for (const event of ['pointerenter', 'pointerdown', 'focus'])
    link.addEventListener(event, prepareOnce)

  link.addEventListener('click', (event) => {
    const wantsLink = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey
    if (!open || wantsLink) return
    event.preventDefault()
    // Within the click, because browsers block a window that opens later.
    open()
  })
}

function savesData(): boolean {
  return (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true
}
