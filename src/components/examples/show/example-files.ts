/** Selects the file in the fragment of the address. */
function selectByFragment() {
  const chosen = document.getElementById(`show-${location.hash.slice(1)}`)
  if (chosen instanceof HTMLInputElement) chosen.checked = true
}

window.addEventListener('hashchange', selectByFragment)
selectByFragment()
