"""Kinds of values that options take, and the options that several commands share."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

import click
from click.core import ParameterSource
from werkzeug.utils import import_string

from .. import nameplate
from .script import ScriptInfo


class CertParamType(click.ParamType[Any]):
    """A certificate: a path, the word "adhoc", or the import path of an `ssl.SSLContext`."""

    name = "path"
    _path_type = click.Path(exists=True, dir_okay=False, resolve_path=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            import ssl
        except ImportError:
            raise click.BadParameter(
                "HTTPS needs Python's ssl module, and this Python was built without it.",
                ctx,
                param,
            ) from None

        if isinstance(value, ssl.SSLContext):
            return value
        try:
            return self._path_type(value, param, ctx)
        except click.BadParameter as error:
            if str(value).lower() == "adhoc":
                return _adhoc(ctx, param)
            imported = import_string(str(value), silent=True)
            if isinstance(imported, ssl.SSLContext):
                return imported
            raise error


def _adhoc(ctx: click.Context | None, param: click.Parameter | None) -> str:
    try:
        import_module("cryptography")
    except ImportError:
        raise click.BadParameter(
            "A certificate made on the spot needs the package 'cryptography': pip install it.",
            ctx,
            param,
        ) from None
    return "adhoc"


def join_certificate_and_key(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    """Callback of `--key`: make the parameter `cert` a pair, or say which half is missing."""
    # `cert` is eager, so it is known here in whichever order the two were given.
    certificate = ctx.params.get("cert")
    is_path = isinstance(certificate, str) and certificate != "adhoc"

    if value is None:
        if is_path:
            raise click.BadParameter('Required when "--cert" is a file.', ctx, param)
    elif certificate is None:
        raise click.BadParameter('"--cert" must be given too.', ctx, param)
    elif not is_path:
        raise click.BadParameter('Not used when "--cert" is "adhoc" or an SSLContext.', ctx, param)
    else:
        ctx.params["cert"] = (certificate, value)


class SeparatedPathType(click.Path):
    """Several paths in one value, separated as in PATH: ":", or ";" on Windows."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        convert = super().convert
        return [convert(item, param, ctx) for item in self.split_envvar_value(value)]


def set_debug(ctx: click.Context, param: click.Parameter, value: bool) -> bool | None:
    """Callback of `--debug`: put it into the environment, where the application looks for it."""
    if ctx.get_parameter_source(str(param.name)) in {
        ParameterSource.DEFAULT,
        ParameterSource.DEFAULT_MAP,
    }:
        # Not given: what the environment or the application says stays.
        return None
    info = ctx.find_object(ScriptInfo)
    product = info.product if info is not None else nameplate.active
    os.environ[product.variable("DEBUG")] = "1" if value else "0"
    return value


def debug_option() -> click.Option:
    """`--debug/--no-debug`; eager, since what is loaded later depends on it."""
    return click.Option(
        ["--debug/--no-debug"],
        help="Set debug mode.",
        expose_value=False,
        is_eager=True,
        callback=set_debug,
    )
