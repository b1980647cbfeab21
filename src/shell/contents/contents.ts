const links = [...document.querySelectorAll<HTMLAnchorElement>('.contents a')]

// Browsers with `:target-current` mark the current section with CSS alone.
if (!CSS.supports('selector(:target-current)')) {
  const headings = links.map(({ hash }) =>
    document.getElementById(decodeURIComponent(hash.slice(1)))!,
  )
  /** In pixels from the top of the window: just below the place of a heading after a click on its link. */
  const line = 100
  const mark = () => {
    const current = headings.findLastIndex((heading) => heading.getBoundingClientRect().top < line)
    links.forEach((link, index) => {
      // Above the first heading, the first entry is current.
      if (index === Math.max(current, 0)) link.ariaCurrent = 'location'
      else link.removeAttribute('aria-current')
    })
  }
  const observer = new IntersectionObserver(mark, { rootMargin: `-${line}px 0px 0px` })
  for (const heading of headings) observer.observe(heading)
}
