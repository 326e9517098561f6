"""Views as classes: View, and MethodView with a method for each HTTP method."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from types import MethodType
from typing import TYPE_CHECKING, Any, ClassVar

from .bridge import is_async
from .context import needed_request

if TYPE_CHECKING:
    from .typing import ResponseReturnValue, RouteCallable

__all__ = ["MethodView", "View", "http_method_funcs"]

#: The names of methods that a MethodView answers with.
http_method_funcs = frozenset({"get", "post", "head", "options", "delete", "put", "trace", "patch"})


class View:
    """A view with state: a subclass has `dispatch_request`, and `as_view` makes the view of it."""

    #: The HTTP methods it answers; None leaves that to the route, and is GET.
    methods: ClassVar[Collection[str] | None] = None

    #: Whether OPTIONS is answered automatically; None decides by the methods.
    provide_automatic_options: ClassVar[bool | None] = None

    #: Decorators of the view that `as_view` makes; the first is the innermost.
    decorators: ClassVar[list[Callable[..., Any]]] = []

    #: Whether each request has an instance of its own. If False, all share one, which is faster;
    #: keep nothing of a request on it then.
    init_every_request: ClassVar[bool] = True

    def dispatch_request(self) -> ResponseReturnValue:
        """The response to a request; it takes the URL's variables. It may be async."""
        raise NotImplementedError(f"{type(self).__name__} does not define dispatch_request().")

    @classmethod
    def as_view(cls, name: str, *class_args: Any, **class_kwargs: Any) -> RouteCallable:
        """The view function for a route.

        Args:
            name: the function's name, and so the endpoint's.
            class_args: given to the class whenever an instance is made; the same `class_kwargs`.
        """
        view: Any
        if cls.init_every_request:

            def instance(args: Any, kwargs: Any) -> Any:
                return view.view_class(*args, **kwargs)

        else:
            shared = cls(*class_args, **class_kwargs)

            def instance(args: Any, kwargs: Any) -> Any:
                return shared

        # NOTE: what makes instances with injected arguments reads `class_args` and `class_kwargs`
        # from the closure of the view, so each view names them.
        if not cls._is_async():

            def view(**values: Any) -> Any:
                return instance(class_args, class_kwargs).dispatch_request(**values)

        elif not cls.decorators:

            async def view(**values: Any) -> Any:
                return await instance(class_args, class_kwargs)._dispatch(**values)

        else:
            # NOTE: a decorator may use what the view returns, so it must not get a coroutine.
            def view(**values: Any) -> Any:
                return _in_sync(instance(class_args, class_kwargs)._dispatch)(**values)

        view.__name__ = name
        view.__doc__ = cls.__doc__
        view.__module__ = cls.__module__
        for decorator in cls.decorators:
            view = decorator(view)
        view.view_class = cls
        view.methods = cls.methods
        view.provide_automatic_options = cls.provide_automatic_options
        return view  # type: ignore[no-any-return]

    @classmethod
    def answering(cls, method: str | None) -> Callable[..., Any] | None:
        """The function that a request's values are given to, seen as bound to an instance.

        Args:
            method: the HTTP method, on which it may depend; None where there is no one function.
        """
        return _bound(cls, "dispatch_request")

    @classmethod
    def _is_async(cls) -> bool:
        return is_async(cls.dispatch_request)

    async def _dispatch(self, **values: Any) -> Any:
        """For views that are async: what `dispatch_request` gives, awaited."""
        return await self.dispatch_request(**values)  # type: ignore[misc]


def _bound(cls: type[View], name: str) -> Callable[..., Any] | None:
    """A method as an instance has it, with no need of one."""
    function = inspect.getattr_static(cls, name, None)
    if isinstance(function, staticmethod | classmethod) or function is None:
        return getattr(cls, name, None)
    return MethodType(function, cls)


def _in_sync(function: Callable[..., Any]) -> Callable[..., Any]:
    return needed_request("A class-based view").app.ensure_sync(function)


class MethodView(View):
    """A view with a method for each HTTP method: `get`, `post` and so on.

    `methods` follows from these and the base classes', unless the class sets it. HEAD is answered
    by `get` if there is no `head`. A method may be async.
    """

    #: The names of methods that are coroutine functions.
    _async_methods: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "methods" not in cls.__dict__:
            methods = {name.upper() for name in http_method_funcs if hasattr(cls, name)}
            for base in cls.__bases__:
                methods.update(getattr(base, "methods", None) or ())
            if methods:
                cls.methods = methods
        names = http_method_funcs.union(method.lower() for method in cls.methods or ())
        cls._async_methods = frozenset(n for n in names if is_async(getattr(cls, n, None)))

    def dispatch_request(self, **values: Any) -> ResponseReturnValue:
        """What the method for the request's HTTP method returns."""
        name, method = self._method()
        # NOTE: who overrides this and calls it wants a result, also of an async method.
        if name in self._async_methods:
            method = _in_sync(method)
        return method(**values)  # type: ignore[no-any-return]

    def _method(self) -> tuple[str, Callable[..., Any]]:
        http_method = needed_request("MethodView").request.method
        name = http_method.lower()
        method = getattr(self, name, None)
        if method is None and name == "head":
            name = "get"
            method = getattr(self, name, None)
        if method is None:
            raise AssertionError(
                f"Unimplemented method {http_method!r}: {type(self).__name__} allows it in "
                f"`methods`, but has no method `{name}`."
            )
        return name, method

    @classmethod
    def answering(cls, method: str | None) -> Callable[..., Any] | None:
        """See View: the method that is named like the HTTP method."""
        if cls.dispatch_request is not MethodView.dispatch_request:
            return super().answering(method)
        if method is None:
            return None
        found = _bound(cls, method.lower())
        return _bound(cls, "get") if found is None and method == "HEAD" else found

    @classmethod
    def _is_async(cls) -> bool:
        if cls.dispatch_request is MethodView.dispatch_request:
            return bool(cls._async_methods)
        return super()._is_async()

    async def _dispatch(self, **values: Any) -> Any:
        if type(self).dispatch_request is not MethodView.dispatch_request:
            return await super()._dispatch(**values)
        name, method = self._method()
        return await method(**values) if name in self._async_methods else method(**values)
