/** Lets a link to a file's fragment choose the file, as pressing its name does. */
function chooseByFragment() {
  const chosen = document.getElementById(`show-${location.hash.slice(1)}`)
  if (chosen instanceof HTMLInputElement) chosen.checked = true
}

window.addEventListener('hashchange', chooseByFragment)
chooseByFragment()
