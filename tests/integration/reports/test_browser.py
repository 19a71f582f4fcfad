"""Both reports in a real browser: the system's Chromium, without a display and without a network.

Skipped where Chromium or its driver is not installed (Debian: `apt install chromium chromium-driver`).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.unit.reports.scenario import audit_report, review_report
from tracker.reports.report import render

selenium = pytest.importorskip("selenium", reason="selenium is not installed")
axe = pytest.importorskip("axe_core_python", reason="axe-core-python is not installed")

from selenium import webdriver  # noqa: E402 -- only where it is installed
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402
from selenium.webdriver.support.ui import Select  # noqa: E402

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = [
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="neither Chromium nor its driver is installed"),
    pytest.mark.xdist_group("browser"),
    pytest.mark.sleeps,
]

_OPTIONS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    "--window-size=1360,1600",
)  # fmt: skip


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for option in (*_OPTIONS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(str(DRIVER)))
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Both reports, with hostile titles and without."""
    folder = tmp_path_factory.mktemp("pages")
    made = {}
    for kind, report in (("audit", audit_report), ("review", review_report)):
        for hostile in (False, True):
            name = f"{kind}-hostile" if hostile else kind
            made[name] = folder / f"{name}.html"
            made[name].write_text(render(report(hostile=hostile), "html"), encoding="utf-8")
    return made


def log(browser: webdriver.Chrome, kind: str) -> list[dict[str, Any]]:
    """What was logged since the last call."""
    entries: list[dict[str, Any]] = browser.get_log(kind)  # type: ignore[no-untyped-call]
    return entries


def open_page(browser: webdriver.Chrome, page: Path, scheme: str = "light") -> None:
    log(browser, "browser")
    log(browser, "performance")
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    browser.get(page.as_uri())


def requests(browser: webdriver.Chrome, page: Path) -> Sequence[str]:
    """Addresses of everything that a page asked for, itself included; the browser's own start page may still be loading."""
    events = [json.loads(entry["message"])["message"] for entry in log(browser, "performance")]
    sent = [one["params"] for one in events if one["method"] == "Network.requestWillBeSent"]
    return [one["request"]["url"] for one in sent if one["documentURL"] == page.as_uri()]


def shown(browser: webdriver.Chrome, section: str) -> list[list[str]]:
    """The cells of the rows of a section that are visible."""
    script = """
      return [...document.querySelectorAll('#' + arguments[0] + ' table.data tbody tr')]
        .filter((row) => row.offsetParent !== null).map((row) => [...row.cells].map((cell) => cell.innerText.trim()))
    """
    rows: list[list[str]] = browser.execute_script(script, section)
    return rows


NAMES = ("audit", "review", "audit-hostile", "review-hostile")


@pytest.mark.parametrize("name", NAMES)
def test_a_report_opens_without_an_error_and_asks_for_nothing(
    browser: webdriver.Chrome, pages: dict[str, Path], name: str
) -> None:
    open_page(browser, pages[name])
    asked = [url for url in requests(browser, pages[name]) if not url.startswith("data:")]
    assert asked == [pages[name].as_uri()]
    assert log(browser, "browser") == []
    assert browser.find_element(By.TAG_NAME, "h1").is_displayed()
    assert browser.title.startswith(("Nightly audit", "Weekly review"))
    wide = browser.execute_script("return document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, "the page itself never scrolls sideways"


def test_hostile_titles_are_text(browser: webdriver.Chrome, pages: dict[str, Path]) -> None:
    open_page(browser, pages["audit-hostile"])
    body = browser.find_element(By.TAG_NAME, "main").text
    assert "<script>document.title='owned'</script>" in body
    assert browser.title != "owned"
    assert "\"quotes\" & 'apostrophes' <b>bold</b>" in body
    assert browser.execute_script("return document.querySelectorAll('main b').length") == 0
    assert "[link](http://evil.example)" in body
    assert browser.find_elements(By.CSS_SELECTOR, "a[href*='evil']") == []


def test_a_click_on_a_heading_sorts_by_it_and_a_second_one_turns_it_around(
    browser: webdriver.Chrome, pages: dict[str, Path]
) -> None:
    open_page(browser, pages["audit"])
    heading = browser.find_element(By.CSS_SELECTOR, "#overdue thead th:nth-child(3)")
    button = heading.find_element(By.TAG_NAME, "button")
    assert button.text.startswith("Late")
    button.click()
    days = [int(row[2].split()[0]) for row in shown(browser, "overdue")]
    assert days == sorted(days)
    assert len(set(days)) > 2
    assert heading.get_attribute("aria-sort") == "ascending"
    button.send_keys(Keys.ENTER)
    assert [int(row[2].split()[0]) for row in shown(browser, "overdue")] == sorted(days, reverse=True)
    assert heading.get_attribute("aria-sort") == "descending"


def test_the_filters_leave_the_rows_that_fit_and_say_how_many(
    browser: webdriver.Chrome, pages: dict[str, Path]
) -> None:
    open_page(browser, pages["audit"])
    every = len(shown(browser, "overdue"))
    owner = shown(browser, "overdue")[0][0]
    Select(browser.find_element(By.ID, "owner")).select_by_visible_text(owner)
    rows = shown(browser, "overdue")
    assert 0 < len(rows) < every
    assert {row[0] for row in rows} == {owner}
    title = rows[0][4]
    find = browser.find_element(By.ID, "find")
    find.send_keys(title.upper())
    assert [row[4] for row in shown(browser, "overdue")] == [row[4] for row in rows if title in row[4]]
    assert "of" in browser.find_element(By.ID, "found").text
    find.send_keys(Keys.CONTROL, "a")
    find.send_keys(Keys.DELETE)
    Select(browser.find_element(By.ID, "owner")).select_by_index(0)
    assert len(shown(browser, "overdue")) == every


def test_without_scripts_everything_is_there_but_the_filter(
    browser: webdriver.Chrome, pages: dict[str, Path]
) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get(pages["review"].as_uri())
        assert not browser.find_element(By.ID, "filter").is_displayed()
        assert browser.find_elements(By.CSS_SELECTOR, "thead button") == []
        assert len(browser.find_elements(By.CSS_SELECTOR, "#agenda tbody tr")) == 10
        details = browser.find_element(By.TAG_NAME, "details")
        details.find_element(By.TAG_NAME, "summary").send_keys(Keys.ENTER)
        assert details.find_element(By.TAG_NAME, "table").is_displayed()
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def violations(browser: webdriver.Chrome) -> dict[str, list[str]]:
    """What axe finds, with the first elements concerned."""
    script = (Path(str(axe.__file__)).parent / "axe.min.js").read_text(encoding="utf-8")
    browser.execute_cdp_cmd("Page.setBypassCSP", {"enabled": True})
    browser.execute_script(script)
    result: dict[str, Any] = browser.execute_async_script(
        "const done = arguments[arguments.length - 1]; axe.run({ resultTypes: ['violations'] }).then(done)"
    )
    assert len(result["passes"]) > 10
    return {one["id"]: [node["html"][:120] for node in one["nodes"][:3]] for one in result["violations"]}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["audit", "review"])
def test_axe_finds_nothing_serious(
    browser: webdriver.Chrome, pages: dict[str, Path], name: str, scheme: str
) -> None:
    open_page(browser, pages[name], scheme)
    assert violations(browser) == {}


def test_the_colours_follow_the_readers_choice(browser: webdriver.Chrome, pages: dict[str, Path]) -> None:
    grounds = []
    for scheme in ("light", "dark"):
        open_page(browser, pages["review"], scheme)
        grounds.append(browser.execute_script("return getComputedStyle(document.body).backgroundColor"))
    assert grounds == ["rgb(244, 245, 247)", "rgb(16, 19, 26)"]


@contextmanager
def emulated(browser: webdriver.Chrome, width: int, medium: str = "screen") -> Iterator[None]:
    """A phone, or a sheet of paper."""
    metrics = {"width": width, "height": 840, "deviceScaleFactor": 1, "mobile": medium == "screen"}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": medium, "features": []})
    try:
        yield
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})


_CUT = """
  const seen = [...document.querySelectorAll("table.cards tbody td")].filter((cell) => cell.offsetParent !== null);
  const room = (cell) => Math.min(arguments[0], cell.closest(".scroll").getBoundingClientRect().right);
  const wide = seen.filter((cell) => cell.getBoundingClientRect().right > room(cell) + 0.5);
  return [seen.length, wide.map((cell) => cell.textContent)]
"""


@pytest.mark.parametrize(
    ("width", "medium"), [(390, "screen"), (1024, "screen"), (1100, "screen"), (718, "print")]
)
def test_a_phone_a_tablet_and_a_sheet_of_paper_show_every_cell_without_scrolling_sideways(
    browser: webdriver.Chrome, pages: dict[str, Path], width: int, medium: str
) -> None:
    for name in NAMES:
        browser.get(pages[name].as_uri())
        with emulated(browser, width, medium):
            assert browser.execute_script("return document.documentElement.scrollWidth") <= width, name
            seen, cut = browser.execute_script(_CUT, width)
        assert seen > 100, name
        assert cut == [], name


def test_axe_finds_nothing_serious_on_a_phone(browser: webdriver.Chrome, pages: dict[str, Path]) -> None:
    browser.get(pages["audit"].as_uri())
    with emulated(browser, 390):
        assert violations(browser) == {}
