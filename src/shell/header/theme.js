try {
  const s = localStorage.getItem('backend-trade-offs:scheme')
  if (s) document.documentElement.dataset.scheme = s
} catch {}
