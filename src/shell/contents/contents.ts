const links = [...document.querySelectorAll<HTMLAnchorElement>('.contents a')]

// Where CSS alone marks the current section (`:target-current`), there is nothing to do.
if (!CSS.supports('selector(:target-current)')) {
  const headings = links.map(({ hash }) =>
    document.getElementById(decodeURIComponent(hash.slice(1)))!,
  )
  /** In pixels from the top of the window: below where a heading comes to stand when its link is followed. */
  const line = 100
  const mark = () => {
    const current = headings.findLastIndex((heading) => heading.getBoundingClientRect().top < line)
    links.forEach((link, index) => {
      // Above the first heading, the first is current.
      if (index === Math.max(current, 0)) link.ariaCurrent = 'location'
      else link.removeAttribute('aria-current')
    })
  }
  const observer = new IntersectionObserver(mark, { rootMargin: `-${line}px 0px 0px` })
  for (const heading of headings) observer.observe(heading)
}
