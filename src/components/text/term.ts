/** Closes an open definition on Escape, until the pointer or the focus has left its term. */
document.addEventListener('keydown', ({ key }) => {
  if (key !== 'Escape') return
  for (const term of document.querySelectorAll('.term:is(:hover, :focus-within)')) {
    term.classList.add('closed')
    for (const leave of ['pointerleave', 'focusout']) {
      term.addEventListener(leave, () => term.classList.remove('closed'), { once: true })
    }
  }
})
