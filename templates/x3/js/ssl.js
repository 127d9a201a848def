/* Small comforts; every page works without this file. */
(function () {
  'use strict';

  function each(selector, work) {
    Array.prototype.forEach.call(document.querySelectorAll(selector), work);
  }

  /* What needs a script is hidden until there is one. */
  each('.script-only', function (element) {
    element.hidden = false;
  });

  /* On a phone the tab of the page at hand may lie outside the view. */
  each('.tabs [aria-current]', function (tab) {
    var list = tab.parentNode.parentNode;
    list.scrollLeft = tab.offsetLeft - (list.clientWidth - tab.offsetWidth) / 2;
  });

  /* The host that was asked for is chosen in the list. */
  each('select[data-selects]', function (select) {
    var wanted = select.getAttribute('data-selects');
    var seen = {};
    Array.prototype.slice.call(select.options).forEach(function (option) {
      if (Object.prototype.hasOwnProperty.call(seen, option.value)) {
        select.removeChild(option);
      }
      seen[option.value] = true;
    });
    if (wanted && Object.prototype.hasOwnProperty.call(seen, wanted)) {
      select.value = wanted;
    }
  });

  each('[data-copies]', function (button) {
    var label = button.textContent;
    button.addEventListener('click', function () {
      var text = document.getElementById(button.getAttribute('data-copies'));
      text.focus();
      text.select();
      document.execCommand('copy');
      button.textContent = button.getAttribute('data-copied');
      window.setTimeout(function () {
        button.textContent = label;
      }, 2000);
    });
  });

  each('input[data-fills]', function (input) {
    input.addEventListener('change', function () {
      var reader = new FileReader();
      if (!input.files.length) {
        return;
      }
      reader.onload = function () {
        document.getElementById(input.getAttribute('data-fills')).value = reader.result;
      };
      reader.readAsText(input.files[0]);
    });
  });

  each('#country', function (input) {
    input.addEventListener('change', function () {
      input.value = input.value.toUpperCase();
    });
  });

  /* Says below a host field that the host has an item already; asks items.json once. */
  each('input[data-known-in]', function (input) {
    var note = document.createElement('span');
    var hosts = null;
    note.className = 'hint hint-known';
    note.setAttribute('role', 'status');
    input.parentNode.appendChild(note);

    function show() {
      var known = hosts !== null && hosts.indexOf(input.value.trim().toLowerCase()) >= 0;
      note.textContent = known ? input.getAttribute('data-known-text') : '';
    }

    input.addEventListener('input', show);
    input.addEventListener('focus', function () {
      if (hosts !== null) {
        return;
      }
      hosts = [];
      fetch('items.json', { credentials: 'same-origin' })
        .then(function (answer) {
          return answer.json();
        })
        .then(function (items) {
          hosts = items[input.getAttribute('data-known-in')].slice(1).map(function (row) {
            return row[0];
          });
          show();
        })
        .catch(function () {
          hosts = null;
        });
    });
  });
}());
