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
  // A form is sent once; coming back to the page makes it fresh.
  document.addEventListener('submit', function (e) {
    if (e.defaultPrevented) return
    if (e.target.dataset.sent) e.preventDefault()
    else if (e.target.method === 'post') e.target.dataset.sent = '1'
  })
  window.addEventListener('pageshow', function () {
    document.querySelectorAll('form[data-sent]').forEach(function (f) { delete f.dataset.sent })
  })
  // One stream while the page is seen: it only says that there is more.
  var pill = document.querySelector('[data-live]'), ear = null
  function listen() {
    if (!pill || document.hidden || !window.EventSource) { if (ear) ear.close(); ear = null; return }
    if (ear) return
    ear = new EventSource(pill.dataset.live)
    ear.onmessage = function (e) {
      var a = document.createElement('a')
      a.href = pill.dataset.place
      a.textContent = e.data
      pill.replaceChildren(a)
    }
  }
  document.addEventListener('visibilitychange', listen)
  window.addEventListener('pagehide', function () { if (ear) ear.close(); ear = null })
  listen()
})()
