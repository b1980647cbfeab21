const [left, right] = document.querySelectorAll<HTMLSelectElement>('form.choice select')

/** Shows the two chosen stacks side by side in every comparison, in this order, and hides the others. */
function showStacks(chosen: readonly string[]): void {
  for (const element of document.querySelectorAll<HTMLElement>('.compare > [data-stack]')) {
    const place = chosen.indexOf(element.dataset['stack'] ?? '')
    element.hidden = place < 0
    element.style.setProperty('--place', String(place))
  }
  const first = document.querySelectorAll<HTMLInputElement>(
    `.compare > input[data-stack="${chosen[0]}"]`,
  )
  for (const radio of first) radio.checked = true
}

if (left && right) {
  const stacks = [...left.options].map(({ value }) => value)
  const asked = new URLSearchParams(location.search).get('with')?.split(',') ?? []
  let chosen = [left.value, right.value]
  if (new Set(asked).size === 2 && asked.every((id) => stacks.includes(id))) chosen = asked

  const update = () => {
    left.value = chosen[0] ?? ''
    right.value = chosen[1] ?? ''
    showStacks(chosen)
  }
  left.form?.addEventListener('change', () => {
    const next = [left.value, right.value]
    // Choosing the stack of the other side swaps the two.
    chosen = next[0] === next[1] ? chosen.toReversed() : next
    update()
    const address = new URL(location.href)
    address.searchParams.set('with', chosen.join(','))
    history.replaceState(null, '', address)
  })
  update()
}
