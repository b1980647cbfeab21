/** The text of the button itself, or of the address that it names. */
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
      // With the promise of a text: a browser may refuse what is written later than in the click itself.
      const text = readText(button.dataset)
      await navigator.clipboard.write([new ClipboardItem({ 'text/plain': text })])
      button.textContent = 'Copied'
    } catch {
      button.textContent = 'Could not be copied'
    }
    setTimeout(() => (button.textContent = label), 2000)
  })
}
