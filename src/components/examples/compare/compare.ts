const [left, right] = document.querySelectorAll<HTMLSelectElement>('form.choice select')
const radios = document.querySelectorAll<HTMLInputElement>('.compare > input')

/** Shows the two chosen stacks side by side in every comparison, in this order. */
function showPair(chosen: readonly string[]): void {
  for (const panel of document.querySelectorAll<HTMLElement>('.compare > .panel')) {
    const side = chosen.indexOf(panel.dataset['stack'] ?? '')
    if (side < 0) panel.removeAttribute('data-side')
    else panel.dataset['side'] = String(side)
  }
}

/** Selects the tab of a stack in every comparison, where a narrow screen shows one stack at a time. */
function selectTabs(stack: string | undefined): void {
  for (const radio of radios) radio.checked ||= radio.dataset['stack'] === stack
}

for (const radio of radios) {
  radio.addEventListener('change', () => {
    const before = radio.getBoundingClientRect().top
    selectTabs(radio.dataset['stack'])
    // The comparisons above may be longer or shorter now. The tab stays where the reader touched it.
    scrollBy({ top: radio.getBoundingClientRect().top - before, behavior: 'instant' })
  })
}

if (left && right) {
  const stacks = [...left.options].map(({ value }) => value)
  const asked = new URLSearchParams(location.search).get('with')?.split(',') ?? []
  let chosen = [left.value, right.value]
  if (new Set(asked).size === 2 && asked.every((id) => stacks.includes(id))) chosen = asked

  const update = () => {
    left.value = chosen[0] ?? ''
    right.value = chosen[1] ?? ''
    showPair(chosen)
    selectTabs(chosen[0])
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
