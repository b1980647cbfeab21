const menu = document.getElementById('menu')!
const covered = document.querySelectorAll('.sl-skip-link, .columns')

// While the menu covers the page, the keyboard must not reach what lies beneath it.
menu.addEventListener('toggle', (event) => {
  for (const part of covered) part.toggleAttribute('inert', event.newState === 'open')
})
// A window that grows has room for the menu beside the page.
matchMedia('(width >= 64rem)').addEventListener('change', () => menu.hidePopover())
