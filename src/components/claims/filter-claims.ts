const form = document.querySelector<HTMLFormElement>('form.choice')!
const choices = [...form.querySelectorAll('select')]
const claims = [...document.querySelectorAll<HTMLElement>('.claims > article')]

/** Shows the claims that have what is chosen, and says how many they are. */
function show(): void {
  for (const claim of claims) {
    claim.hidden = !choices.every(
      ({ name, value }) =>
        !value || claim.getAttribute(`data-${name}-is`)!.split(' ').includes(value),
    )
  }
  const shown = claims.filter(({ hidden }) => !hidden).length
  form.querySelector('output')!.value = `${shown} of ${claims.length} claims`
}

form.addEventListener('change', () => {
  show()
  const address = new URL(location.href)
  for (const { name, value } of choices) {
    if (value) address.searchParams.set(name, value)
    else address.searchParams.delete(name)
  }
  history.replaceState(null, '', address)
})

const asked = new URLSearchParams(location.search)
for (const choice of choices) {
  const value = asked.get(choice.name)
  if ([...choice.options].some((option) => option.value === value)) choice.value = value!
}
show()

// A module: its names are its own.
export {}
