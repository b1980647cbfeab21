for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-copy]')) {
  const label = button.textContent
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(button.dataset['copy'] ?? '')
      button.textContent = 'Copied'
    } catch {
      button.textContent = 'Not allowed by the browser'
    }
    setTimeout(() => (button.textContent = label), 2000)
  })
}
