"""Names of older Flasks that Flask 3 has no more, and so Quaff has not either."""

from __future__ import annotations

#: What to write instead of a name of a module.
NAMES = {
    "flask.Markup": "import it from markupsafe",
    "flask.escape": "import it from markupsafe",
    "flask.safe_join": "use werkzeug.utils.safe_join",
    "flask.json_available": "it is always there; leave the question out",
    "flask._request_ctx_stack": "use flask.request and flask.session, or flask.globals.request_ctx",
    "flask._app_ctx_stack": "use flask.g for what belongs to a request, or flask.globals.app_ctx",
    "flask.globals._request_ctx_stack": "use flask.globals.request_ctx",
    "flask.globals._app_ctx_stack": "use flask.g, or flask.globals.app_ctx",
    "flask.signals.signals_available": "they always are; leave the question out",
    "flask.json.JSONEncoder": "subclass flask.json.provider.DefaultJSONProvider",
    "flask.json.JSONDecoder": "subclass flask.json.provider.DefaultJSONProvider",
    "flask.helpers.safe_join": "use werkzeug.utils.safe_join",
    "flask.helpers.locked_cached_property": "use werkzeug.utils.cached_property",
    "flask.helpers.total_seconds": "use timedelta.total_seconds()",
    "flask.ext": "import the extension by its own name, such as flask_login",
    "flask.scaffold": "it is flask.sansio.scaffold",
    "flask._compat": "write Python 3",
    "werkzeug.cached_property": "import it from werkzeug.utils",
    "werkzeug.secure_filename": "import it from werkzeug.utils",
    "werkzeug.FileStorage": "import it from werkzeug.datastructures",
    "werkzeug.generate_password_hash": "import it from werkzeug.security",
    "werkzeug.check_password_hash": "import it from werkzeug.security",
    "werkzeug.urls.url_quote": "use urllib.parse.quote",
    "werkzeug.urls.url_encode": "use urllib.parse.urlencode",
    "werkzeug.urls.url_decode": "use urllib.parse.parse_qs",
    "werkzeug.urls.url_parse": "use urllib.parse.urlsplit",
    "werkzeug.security.safe_str_cmp": "use hmac.compare_digest",
}

#: What to write instead of an attribute of an application or blueprint, whatever it is called.
ATTRIBUTES = {
    "before_first_request": "do it where the application is made, or in a command",
    "before_app_first_request": "do it where the application is made, or in a command",
    "json_encoder": "set app.json, or app.json_provider_class",
    "json_decoder": "set app.json, or app.json_provider_class",
    "send_file_max_age_default": "set config['SEND_FILE_MAX_AGE_DEFAULT']",
    "session_cookie_name": "set config['SESSION_COOKIE_NAME']",
    "use_x_sendfile": "set config['USE_X_SENDFILE']",
    "propagate_exceptions": "set config['PROPAGATE_EXCEPTIONS']",
    "templates_auto_reload": "set config['TEMPLATES_AUTO_RELOAD']",
}

#: What to set instead of a configuration key.
SETTINGS = {
    "ENV": "name the environment yourself; debug mode is FLASK_DEBUG or app.debug",
    "JSON_AS_ASCII": "set app.json.ensure_ascii",
    "JSON_SORT_KEYS": "set app.json.sort_keys",
    "JSONIFY_MIMETYPE": "set app.json.mimetype",
    "JSONIFY_PRETTYPRINT_REGULAR": "set app.json.compact",
    "PRESERVE_CONTEXT_ON_EXCEPTION": "leave it out; it has no effect",
}

#: What blocks the thread that runs all coroutines of a process.
BLOCKING = {
    "time.sleep": "await asyncio.sleep()",
    "subprocess.run": "await asyncio.create_subprocess_exec()",
    "subprocess.call": "await asyncio.create_subprocess_exec()",
    "subprocess.check_call": "await asyncio.create_subprocess_exec()",
    "subprocess.check_output": "await asyncio.create_subprocess_exec()",
    "os.system": "await asyncio.create_subprocess_shell()",
    "urllib.request.urlopen": "await asyncio.to_thread(urlopen, ...)",
    **{
        f"requests.{method}": f"await asyncio.to_thread(requests.{method}, ...), or an async client"
        for method in ("delete", "get", "head", "options", "patch", "post", "put", "request")
    },
}

#: What starts work that nobody awaits.
SPAWNING = frozenset({"asyncio.create_task", "asyncio.ensure_future"})
