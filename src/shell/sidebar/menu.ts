const menu = document.getElementById('menu')!
const covered = document.querySelectorAll('.sl-skip-link, .columns')

// While the menu covers the page, the keyboard must not reach the elements under it.
menu.addEventListener('toggle', (event) => {
  for (const part of covered) part.toggleAttribute('inert', event.newState === 'open')
})
// A wider window shows the menu next to the page.
matchMedia('(width >= 64rem)').addEventListener('change', () => menu.hidePopover())
