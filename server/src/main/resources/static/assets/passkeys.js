// Passkeys (WebAuthn Level 3): a button with data-passkey="sign-in" asks for one, data-passkey="add" makes one.

const csrf = document.querySelector("meta[name=csrf]");
const send = async (url, body) => {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", [csrf.dataset.header]: csrf.content },
    body: body && JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
};

const signIn = async () => {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(await send("/sign-in/passkey/question"));
  const shown = await navigator.credentials.get({ publicKey });
  return send("/sign-in/passkey", shown.toJSON());
};

const add = async (button) => {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(await send("/account/passkeys/options"));
  const made = await navigator.credentials.create({ publicKey });
  const name = document.getElementById(button.dataset.name).value;
  return send(`/account/passkeys?name=${encodeURIComponent(name)}`, made.toJSON());
};

const able = window.PublicKeyCredential?.parseRequestOptionsFromJSON && csrf;
for (const button of document.querySelectorAll("[data-passkey]")) {
  const area = button.closest("[data-passkeys]");
  if (!able) continue;
  area.hidden = false;
  const trouble = area.querySelector("[data-passkey-trouble]");
  button.addEventListener("click", async () => {
    trouble.textContent = "";
    button.disabled = true;
    try {
      const { to } = await (button.dataset.passkey === "add" ? add(button) : signIn());
      location.assign(to);
    } catch {
      // The browser does not say whether the person stopped or the passkey was not right: neither do we.
      button.disabled = false;
      trouble.textContent = trouble.dataset.passkeyTrouble;
      button.focus();
    }
  });
}
