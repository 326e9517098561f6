"use strict";

SwaggerUIBundle({
  url: document.currentScript.dataset.url,
  dom_id: "#swagger-ui",
  deepLinking: true,
  // Otherwise a badge would be asked of a server elsewhere.
  validatorUrl: null,
});
