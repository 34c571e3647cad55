// What pages do better with script; everything works without it.
(function () {
  'use strict'
  // Chinese is typed in steps: what is not finished yet is nobody's business.
  document.addEventListener('input', function (e) {
    if (e.isComposing) e.stopImmediatePropagation()
  }, true)
  document.addEventListener('compositionend', function (e) {
    e.target.dispatchEvent(new Event('input', { bubbles: true }))
  }, true)
  // After a refusal the summary is read first.
  var summary = document.querySelector('.summary')
  if (summary) summary.focus()
  // Printing is the browser's; without script its own menu does it.
  Array.prototype.forEach.call(document.querySelectorAll('[data-print]'), function (button) {
    button.hidden = false
    button.addEventListener('click', function () { window.print() })
  })
  // Keys: / searches, Ctrl+Enter sends. Dead while something is typed or composed.
  document.addEventListener('keydown', function (e) {
    if (e.isComposing) return
    var typing = /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName)
    if (e.key === 'Enter' && e.ctrlKey && e.target.form) { e.target.form.requestSubmit(); return }
    if (typing || e.ctrlKey || e.metaKey || e.altKey || document.documentElement.dataset.keys === 'off') return
    if (e.key === '/') {
      var q = document.getElementById('q')
      if (q) { e.preventDefault(); q.focus() }
    }
  })
})()
