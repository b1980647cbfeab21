/** Returns the text in the button's `data-copy`, or fetches it from the address in `data-copy-from`. */
async function readText({ copy = '', copyFrom }: DOMStringMap): Promise<Blob> {
  if (!copyFrom) return plain(copy)
  const response = await fetch(copyFrom)
  if (!response.ok) throw new Error(copyFrom)
  return plain(await response.text())
}

const plain = (text: string) => new Blob([text], { type: 'text/plain' })

for (const button of document.querySelectorAll<HTMLButtonElement>(
  'button:is([data-copy], [data-copy-from])',
)) {
  const label = button.textContent
  button.addEventListener('click', async () => {
    try {
      // Passes a promise, because a browser may reject a write that starts after the click.
      const text = readText(button.dataset)
      await navigator.clipboard.write([new ClipboardItem({ 'text/plain': text })])
      button.textContent = 'Copied'
    } catch {
      button.textContent = 'Copying failed'
    }
    setTimeout(() => (button.textContent = label), 2000)
  })
}
