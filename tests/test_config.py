"""Config and how it loads itself."""

from __future__ import annotations

import copy
import json
import pickle
import tomllib
from pathlib import Path

import pytest

from quaff.config import Config, ConfigAttribute


@pytest.fixture
def config(tmp_path):
    return Config(tmp_path)


@pytest.fixture
def environment(monkeypatch):
    """Sets the environment variables, and no others that begin with the prefix."""

    def set_variables(**variables):
        monkeypatch.setattr("os.environ", variables)

    return set_variables


# -- the dict --------------------------------------------------------------------------------


def test_it_is_a_dict_with_a_folder_and_a_name_of_its_own(tmp_path):
    config = Config(tmp_path, {"A": 1})
    assert config == {"A": 1}
    assert config.root_path == tmp_path
    assert repr(config) == "<Config {'A': 1}>"
    config["lower"] = 2
    assert config["lower"] == 2


def test_the_defaults_are_copied(tmp_path):
    defaults = {"A": 1}
    Config(tmp_path, defaults)["A"] = 2
    assert defaults == {"A": 1}


def test_values_stay_the_same_objects(config):
    value = [1]
    config["A"] = value
    assert config["A"] is value


@pytest.mark.parametrize(
    "duplicate", [copy.copy, copy.deepcopy, lambda config: pickle.loads(pickle.dumps(config))]
)
def test_a_copy_has_the_settings_but_not_the_listener(duplicate, config):
    config["A"] = 1
    config.on_change = lambda: pytest.fail("somebody else's settings changed")
    copied = duplicate(config)
    assert type(copied) is Config
    assert copied == config
    assert copied.root_path == config.root_path
    copied["A"] = 2


def test_loading_reports_changes(tmp_path, environment):
    changes = []
    config = Config(tmp_path, {"DB": {"HOST": "a"}})
    config.on_change = lambda: changes.append(dict(config))
    config.from_mapping(A=1)
    config.from_object(type("Settings", (), {"B": 2}))
    assert changes[-1] == {"DB": {"HOST": "a"}, "A": 1, "B": 2}
    changes.clear()
    environment(QUAFF_DB__HOST="b")
    config.from_prefixed_env()
    assert changes[-1]["DB"] == {"HOST": "b"}


# -- objects, mappings -----------------------------------------------------------------------


class Settings:
    UPPER = 1
    UPPER_2 = 2
    Mixed = 3
    lower = 4

    @property
    def COMPUTED(self):
        return self.UPPER + 10


def test_from_object_takes_the_upper_case_attributes_also_inherited(config):
    class Production(Settings):
        UPPER = 5

    config.from_object(Production())
    assert config == {"UPPER": 5, "UPPER_2": 2, "COMPUTED": 15}


def test_from_object_of_a_class_does_not_compute_properties(config):
    config.from_object(Settings)
    assert config["COMPUTED"] is Settings.COMPUTED


def test_from_object_imports_a_name(config):
    config.from_object("http.client")
    assert config["HTTP_PORT"] == 80


def test_from_object_says_what_it_cannot_import(config):
    with pytest.raises(ImportError, match=r"no_such\.settings"):
        config.from_object("no_such.settings")


def test_from_object_takes_attributes_not_keys(config):
    config.from_object({"A": 1})
    assert config == {}


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        (({"A": 1, "b": 2, "Cc": 3},), {}),
        (([("A", 1), ("b", 2)],), {}),
        ((), {"A": 1, "b": 2}),
        ((None,), {"A": 1}),
        (({"A": 0},), {"A": 1}),
    ],
)
def test_from_mapping_takes_upper_case_keys(config, args, kwargs):
    assert config.from_mapping(*args, **kwargs) is True
    assert config == {"A": 1}


def test_from_mapping_takes_one_mapping(config):
    with pytest.raises(TypeError):
        config.from_mapping({}, {})


def test_a_subclass_sees_every_setting_that_is_loaded(tmp_path, environment):
    class Upper(Config):
        def __setitem__(self, key, value):
            super().__setitem__(key, value.upper())

    config = Upper(tmp_path)
    config.from_mapping(A="a")
    config.from_object(type("Settings", (), {"B": "b"}))
    environment(QUAFF_C="c")
    config.from_prefixed_env()
    assert config == {"A": "A", "B": "B", "C": "C"}


# -- files -----------------------------------------------------------------------------------


def test_from_pyfile_runs_a_python_file(config, tmp_path):
    path = tmp_path / "settings.cfg"
    path.write_text("base = 2\nA = base * 2\nFILE = __file__\nNAME = __name__\n")
    assert config.from_pyfile("settings.cfg") is True
    assert config == {"A": 4, "FILE": str(path), "NAME": "config"}
    assert Config("/elsewhere").from_pyfile(path) is True


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-15"])
def test_from_pyfile_reads_the_encoding_the_file_declares(config, tmp_path, encoding):
    text = f'# -*- coding: {encoding} -*-\nA = "föö"\n'
    (tmp_path / "settings.py").write_text(text, encoding)
    config.from_pyfile("settings.py")
    assert config["A"] == "föö"


def test_from_pyfile_changes_nothing_when_the_file_fails(config, tmp_path):
    (tmp_path / "settings.py").write_text("A = 1\nB = 1 / 0\n")
    with pytest.raises(ZeroDivisionError) as caught:
        config.from_pyfile("settings.py")
    assert config == {}
    assert caught.traceback[-1].path == tmp_path / "settings.py"
    assert caught.traceback[-1].lineno == 1


@pytest.mark.parametrize(
    ("name", "problem"),
    [("missing.cfg", "No such file or directory"), ("folder", "Is a directory")],
)
def test_a_file_that_is_not_there_is_an_error_unless_silent(config, tmp_path, name, problem):
    (tmp_path / "folder").mkdir()
    for load in (
        config.from_pyfile,
        lambda name, silent=False: config.from_file(name, json.load, silent),
    ):
        with pytest.raises(OSError, match="Unable to load configuration file") as caught:
            load(name)
        message = f"Unable to load configuration file ({problem}): '{tmp_path / name}'"
        assert str(caught.value).endswith(message)
        assert load(name, silent=True) is False
    assert config == {}


def test_a_file_below_a_file_is_missing_too(config, tmp_path):
    (tmp_path / "file").touch()
    assert config.from_pyfile("file/settings.py", silent=True) is False


def test_silent_does_not_hide_other_errors(config):
    with pytest.raises(OSError, match="File name too long"):
        config.from_pyfile("x" * 5000, silent=True)


def test_from_file_reads_any_format(config, tmp_path):
    (tmp_path / "c.json").write_text('{"A": "é", "b": 2}', "utf-8")
    (tmp_path / "c.toml").write_text("B = 1\n", "utf-8")
    assert config.from_file("c.json", json.load) is True
    assert config.from_file(Path("c.toml"), tomllib.load, text=False) is True
    assert config == {"A": "é", "B": 1}


def test_from_envvar_loads_the_file_the_variable_names(config, tmp_path, environment):
    (tmp_path / "settings.py").write_text("A = 1\n")
    environment(SETTINGS="settings.py", MISSING="missing.py")
    assert config.from_envvar("SETTINGS") is True
    assert config == {"A": 1}
    assert config.from_envvar("MISSING", silent=True) is False
    with pytest.raises(FileNotFoundError):
        config.from_envvar("MISSING")


@pytest.mark.parametrize("variables", [{}, {"SETTINGS": ""}])
def test_from_envvar_without_variable_says_what_to_set(config, environment, variables):
    environment(**variables)
    assert config.from_envvar("SETTINGS", silent=True) is False
    with pytest.raises(RuntimeError, match="'SETTINGS' is not set"):
        config.from_envvar("SETTINGS")


# -- the environment -------------------------------------------------------------------------


def test_from_prefixed_env_reads_json_and_leaves_other_text(config, environment):
    environment(
        QUAFF_TEXT="value",
        QUAFF_QUOTED="'value'",
        QUAFF_BOOL="true",
        QUAFF_NUMBER="1.5",
        QUAFF_NULL="null",
        QUAFF_LIST="[1, 2]",
        QUAFF_DICT='{"k": "v"}',
        QUAFF_lower="1",
        NOT_QUAFF_OTHER="1",
        QUAFFED="1",
    )
    assert config.from_prefixed_env() is True
    assert config == {
        "TEXT": "value",
        "QUOTED": "'value'",
        "BOOL": True,
        "NUMBER": 1.5,
        "NULL": None,
        "LIST": [1, 2],
        "DICT": {"k": "v"},
        "lower": 1,
    }


def test_the_prefix_can_be_given_or_belong_to_a_subclass(tmp_path, environment):
    class Other(Config):
        env_prefix = "OTHER"

    environment(QUAFF_A="1", OTHER_A="2", THIRD_A="3")
    for config, prefix, expected in (
        (Config(tmp_path), "THIRD", 3),
        (Other(tmp_path), None, 2),
        (Other(tmp_path), "QUAFF", 1),
    ):
        config.from_prefixed_env(prefix)
        assert config == {"A": expected}


def test_two_underscores_reach_into_dicts(config, environment):
    environment(
        QUAFF_DB__HOST="b",
        QUAFF_DB__POOL__SIZE="5",
        QUAFF_NEW__INNER="1",
        QUAFF_DB__USER='{"a": 1}',
    )
    database = config["DB"] = {"HOST": "a", "POOL": {"SIZE": 1, "WAIT": 2}}
    config.from_prefixed_env()
    assert config["DB"] == {"HOST": "b", "POOL": {"SIZE": 5, "WAIT": 2}, "USER": {"a": 1}}
    assert config["DB"] is database
    assert config["NEW"] == {"INNER": 1}


@pytest.mark.parametrize("outer", ["1", "text", "[1]", "null"])
def test_a_variable_inside_of_what_is_no_dict_is_explained(config, environment, outer):
    environment(QUAFF_DB=outer, QUAFF_DB__HOST="b")
    with pytest.raises(TypeError, match="QUAFF_DB__HOST sets a key inside DB, but that is"):
        config.from_prefixed_env()


def test_the_explanation_names_the_place_that_is_no_dict(config, environment):
    environment(QUAFF_A__B__C="1")
    config["A"] = {"B": 5}
    with pytest.raises(TypeError, match="a key inside A__B, but that is 5"):
        config.from_prefixed_env()


def test_values_are_made_by_loads_and_what_it_refuses_is_text(config, environment):
    environment(QUAFF_A="1", QUAFF_B="x")
    config.from_prefixed_env(loads=lambda text: int(text) * 10)
    assert config == {"A": 10, "B": "x"}


# -- reading ---------------------------------------------------------------------------------


def test_get_namespace_gives_keyword_arguments(tmp_path):
    config = Config(tmp_path, {"MAIL_HOST": "h", "MAIL_PORT": 25, "OTHER": 1})
    assert config.get_namespace("MAIL_") == {"host": "h", "port": 25}
    assert config.get_namespace("MAIL_", lowercase=False) == {"HOST": "h", "PORT": 25}
    assert config.get_namespace("MAIL_", trim_namespace=False) == {
        "mail_host": "h",
        "mail_port": 25,
    }
    assert config.get_namespace("MAIL_", False, False) == {"MAIL_HOST": "h", "MAIL_PORT": 25}


class Application:
    plain = ConfigAttribute[str]("PLAIN")
    number = ConfigAttribute[int]("NUMBER", get_converter=int)

    def __init__(self):
        self.config = {"PLAIN": "a", "NUMBER": "1"}


def test_a_config_attribute_reads_and_writes_the_config():
    app = Application()
    assert (app.plain, app.number) == ("a", 1)
    app.plain, app.number = "b", "2"
    assert app.config == {"PLAIN": "b", "NUMBER": "2"}
    assert app.number == 2
    assert vars(app).keys() == {"config"}


def test_a_config_attribute_of_the_class_is_itself():
    assert isinstance(Application.plain, ConfigAttribute)
    assert Application.plain.__name__ == "PLAIN"


def test_a_config_attribute_without_setting_is_a_key_error():
    app = Application()
    del app.config["PLAIN"]
    with pytest.raises(KeyError):
        _ = app.plain
