const form = document.querySelector<HTMLFormElement>('form.choice')!
const choices = [...form.querySelectorAll('select')]
const claims = [...document.querySelectorAll<HTMLElement>('.claims > article')]

/** Shows the claims that match the filter, and their number. */
function filterClaims(): void {
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
  filterClaims()
  const address = new URL(location.href)
  for (const { name, value } of choices) {
    if (value) address.searchParams.set(name, value)
    else address.searchParams.delete(name)
  }
  history.replaceState(null, '', address)
})

const query = new URLSearchParams(location.search)
for (const choice of choices) {
  const value = query.get(choice.name)
  if ([...choice.options].some((option) => option.value === value)) choice.value = value!
}
filterClaims()

// Makes this file a module, so its names aren't global.
export {}
