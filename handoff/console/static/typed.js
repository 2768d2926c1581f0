// What is being written on a page outlives the page's being drawn again: the words of every form, and the id that goes
// with them, so that what is sent once more is not said twice.

const fieldsOf = (form) => [...form.querySelectorAll("textarea, select, input:not([type=hidden])")].filter((one) => one.id);

/** Whether somebody began to fill this in: words, another choice than the drawn one, or what the server refused. */
function begun(form) {
  if (form.querySelector(".field-error:not([hidden])")) return true;
  return fieldsOf(form).some((field) => {
    if (field.type === "checkbox") return field.checked !== field.defaultChecked;
    if (!field.options) return field.value.trim() !== "";
    const drawn = [...field.options].find((option) => option.defaultSelected) ?? field.options[0];
    return field.value !== drawn?.value;
  });
}

function written(form) {
  const fields = fieldsOf(form);
  return {
    fields: fields.map((field) => [field.id, field.type === "checkbox" ? field.checked : field.value]),
    words: fields.filter((field) => ["textarea", "text"].includes(field.type) && field.value.trim()).map((field) => field.value),
    id: form.elements.id?.value,
    tried: form.dataset.tried,
  };
}

/** Remember under `key` what stands in the forms of the case, but for the one that is `sent`, and where the caret is. */
export function keep(key, sent) {
  const forms = [...document.querySelectorAll("[data-case] form")].filter((form) => form !== sent && begun(form)).map(written);
  const { id, selectionStart, selectionEnd } = document.activeElement ?? {};
  sessionStorage.setItem(key, JSON.stringify({ forms, focus: id && [id, selectionStart, selectionEnd] }));
}

function putBack({ fields, id, tried }) {
  const form = fields.map(([name]) => document.getElementById(name)?.form).find(Boolean);
  if (!form) return false;
  for (const [name, value] of fields) {
    const field = document.getElementById(name);
    if (field?.type === "checkbox") field.checked = value;
    else if (field) field.value = value;
  }
  if (id && form.elements.id) form.elements.id.value = id;
  if (tried !== undefined) form.dataset.tried = tried;
  form.closest("details")?.setAttribute("open", "");
  return true;
}

/** Write it all back, once; the words for which there is no form any more. */
export function restore(key) {
  const kept = JSON.parse(sessionStorage.getItem(key) ?? "null");
  sessionStorage.removeItem(key);
  if (!kept) return [];
  const homeless = kept.forms.filter((one) => !putBack(one));
  if (kept.focus) {
    const [id, start, end] = kept.focus;
    const field = document.getElementById(id);
    field?.focus({ preventScroll: true });
    if (start != null) field?.setSelectionRange?.(start, end);
  }
  return homeless.flatMap(({ words }) => words);
}
