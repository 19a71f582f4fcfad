"""Markdown to Jira wiki markup and back, without losing a character that matters.

Both deployments take wiki markup through version 2 of the REST API. pmtrack compares what comes back with what it sent,
so the way back must be exact: each block of Markdown is rendered by mistletoe and turned back at once; a block that does
not come back as it was (an odd table, a list with a number of its own) is sent as escaped text instead, which reads like
its source and always comes back.

Syntax: https://jira.atlassian.com/secure/WikiRendererHelpAction.jspa?section=all
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any

from tracker.block import normalise

_SPECIAL_ENTITY = r"(?:&(?:amp;(?=amp;|#(?:92|46|124);)|#(?:92|46|124);)|pmtrack\\?:(?:begin|end))"
_URL = re.compile(
    rf"https?://(?:(?!{_SPECIAL_ENTITY})[^\s\[\]{{}}|\\<>])*(?!{_SPECIAL_ENTITY})[^\s\[\]{{}}|\\<>.,;:!?)*_+~^-]"
)
_ESCAPABLE = r"\\([{}\[\]|*_\-+^~!?#(:])"
_ENTITIES = {"&#92;": "\\", "&#46;": ".", "&#124;": "|"}
_BLANK = re.compile(r"\n[ \t]*\n")
_FENCE = re.compile(r"(```[^\n`]*\n.*?\n```(?=\n|$))", re.DOTALL)
_CODE = re.compile(r"\{code(?::(?P<language>[\w+#.-]+))?\}\n(?P<inside>.*?)\n\{code\}", re.DOTALL)
_LINE_START = re.compile(r"^(\s*)(h[1-6]|bq)\. ")
_BULLET = re.compile(r"^(\s*)([*#-]+) ")
_HEADING = re.compile(r"^h([1-6])\. (.*)$")
_ITEM = re.compile(r"^([*]+|#+) (.*)$")
# Bounded, where the end may be far: a stranger may write an issue in which each begin would look for it to the end of the text.
_INLINE = re.compile(
    r"(?P<url>" + _URL.pattern + r")"
    r"|" + _ESCAPABLE + r"|(?P<entity>&#(?:92|46|124);)|(?P<ampersand>&amp;(?=amp;|#(?:92|46|124);))"
    r"|\{\{(?P<code>(?:\\.|[^\\\n]){1,400}?)\}\}"
    r"|\[(?P<text>(?:\\.|[^\[\]|\\])+)\|(?P<target>[^\]|\s]+)(?:\|smart-[a-z]+)?\]"
    r"|\[~(?P<user>[^\]|\s]+)\]"
    r"|\[(?P<auto>https?://[^\]|\s]+)\]"
    r"|(?<!\w)\*(?P<strong>[^\s*](?:(?:\\.|[^*\\])*?[^\s*\\])?)\*(?!\w)"
    r"|(?<!\w)_(?P<emphasis>[^\s_](?:.{0,400}?[^\s_\\])?)_(?!\w)"
    r"|(?<![\w-])-(?P<strike>[^\s-](?:[^\n-]*?[^\s\\-])?)-(?![\w-])"
)
_MARKS = {"user": "@{}", "strong": "**{}**", "emphasis": "_{}_", "strike": "~~{}~~"}


@lru_cache(maxsize=256)
def to_wiki(markdown: str) -> str:
    """Wiki markup that reads like the Markdown and that `to_markdown` turns back into it."""
    text = markdown.replace("\r\n", "\n").replace("\r", "\n").replace("&lt;!--", "<!--").strip("\n")
    if not text.strip():
        return ""
    wiki = "\n\n".join(_block(block) for block in blocks_of(text))
    return wiki if same(to_markdown(wiki), text) else literal(text)


def to_markdown(wiki: str) -> str:
    """The Markdown of wiki markup: exact for what `to_wiki` makes, sensible for what people write."""
    text = "\n".join(line.rstrip() for line in wiki.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    out, at = [], 0
    for match in _CODE.finditer(text):
        out.append(_lines_back(text[at : match.start()]))
        out.append(f"```{match['language'] or ''}\n{match['inside']}\n```")
        at = match.end()
    out.append(_lines_back(text[at:]))
    return "".join(out).replace("<!--", "&lt;!--")


def mention(wiki: str, accounts: Mapping[str, str]) -> str:
    """The wiki markup with `@name` as a mention for the people in `accounts`: names in lower case -> user names.

    Nobody else is notified: Jira takes a bare "@name" for text. Code and addresses stay as they are.
    """
    if not accounts:
        return wiki
    names = "|".join(re.escape(escape_text(name)) for name in sorted(accounts, key=len, reverse=True))
    by_name = {escape_text(name).casefold(): account for name, account in accounts.items()}
    pattern = re.compile(
        rf"{_CODE.pattern}|\{{\{{.{{0,400}}?\}}\}}|{_URL.pattern}|(?<![\w@/.])@(?P<who>{names})(?!\w)",
        re.DOTALL | re.IGNORECASE,
    )

    def mentioned(match: re.Match[str]) -> str:
        # A pattern that ignores case takes more letters for the same than `casefold` does.
        account = by_name.get(match["who"].casefold()) if match["who"] else None
        return f"[~{account}]" if account else match[0]

    return pattern.sub(mentioned, wiki)


def unmention(wiki: str, handles: Mapping[str, str]) -> str:
    """The wiki markup with mentions as `@name` again: user names -> what `mention` was told."""
    if not handles:
        return wiki
    pattern = re.compile(
        rf"{_CODE.pattern}|\{{\{{.{{0,400}}?\}}\}}|(?<!\\)\[~(?P<who>[^\]|\s]+)\]", re.DOTALL
    )
    return pattern.sub(
        lambda m: escape_text(f"@{handles.get(m['who'], m['who'])}") if m["who"] else m[0], wiki
    )


def literal(text: str) -> str:
    """Wiki markup that shows the text as it is."""
    return "\n".join(_literal_line(line) for line in text.split("\n"))


def words(wiki: str) -> str:
    """What remains when markup is taken away: equal for texts that differ only in how a Jira re-wrote its markup."""
    bare = re.sub(r"\{[a-z]+(?::[^{}\n]*)?\}|&#\d+;|&amp;", " ", wiki)
    return " ".join(re.findall(r"\w+", bare.replace("_", " ")))


# --- there -----------------------------------------------------------------------------------------------------------


def blocks_of(text: str) -> Iterator[str]:
    """The blocks of a text that blank lines part; code in fences stays one."""
    for index, part in enumerate(_FENCE.split(text)):
        if index % 2:
            yield part
        else:
            yield from (block for block in _BLANK.split(part.strip("\n")) if block.strip())


def _block(markdown: str) -> str:
    """A block, else line by line, else as escaped text: the first that comes back as it was."""
    wiki = _render(markdown)
    if _exact(wiki, markdown):
        return wiki
    if "\n" in markdown and not markdown.startswith("```"):
        wiki = "\n".join(_block(line) for line in markdown.split("\n"))
        if _exact(wiki, markdown):
            return wiki
    return literal(markdown)


def _exact(wiki: str, markdown: str) -> bool:
    return not re.search(r"pmtrack:(?:begin|end)", wiki) and same(to_markdown(wiki), markdown)


def same(one: str, other: str) -> bool:
    """Whether two Markdown texts differ only in what trackers change by themselves."""
    return normalise(one) == normalise(other.replace("<!--", "&lt;!--"))


def _render(markdown: str) -> str:
    from mistletoe.block_token import Document

    try:
        with _renderer()() as renderer:
            text: str = renderer.render(Document(markdown))
    except RecursionError:  # quotes in quotes without end
        return ""
    return text.strip("\n")


@cache
def _renderer() -> type[Any]:
    """The library's renderer with line ends kept, escapes where Jira needs them, and links and quotes that come back."""
    from mistletoe.contrib.jira_renderer import JiraRenderer

    class Renderer(JiraRenderer):
        def render_raw_text(self, token: Any, escape: bool = True) -> str:
            return escape_text(token.content) if escape else str(token.content)

        def render_inline_code(self, token: Any) -> str:
            return "{{" + _escape(token.children[0].content) + "}}"

        @staticmethod
        def render_line_break(token: Any) -> str:  # noqa: ARG004 - the library's signature
            return "\n"

        def render_link(self, token: Any) -> str:
            return f"[{self.render_inner(token)}|{token.target}]"  # type: ignore[no-untyped-call]

        def render_block_code(self, token: Any) -> str:
            language = f":{token.language}" if token.language else ""
            inside = token.children[0].content.rstrip("\n")
            return f"{{code{language}}}\n{inside}\n{{code}}\n\n"

        def render_quote(self, token: Any) -> str:
            inner: str = self.render_inner(token)  # type: ignore[no-untyped-call]
            return "".join(f"bq. {line}\n" for line in inner.strip("\n").split("\n"))

        @staticmethod
        def render_html_span(token: Any) -> str:
            return escape_text(token.content)

    return Renderer


def escape_text(text: str) -> str:
    """Text in which Jira sees no markup; URLs stay as they are."""
    out, at = [], 0
    for match in _URL.finditer(text):
        out += [_escape(text[at : match.start()]), match[0]]
        at = match.end()
    return "".join(out) + _escape(text[at:])


def _escape(text: str) -> str:
    text = re.sub(r"&(?=amp;|#(?:92|46|124);)", "&amp;", text).replace("\\", "&#92;")
    text = re.sub(r"[{}\[\]|]", r"\\\g<0>", text)
    text = re.sub(r"(?<!\w)([*_+^~-])(?=[^\s])|(?<=\S)(?<!\\)([*_+^~-])(?!\w)", lambda m: "\\" + m[0], text)
    text = re.sub(r"(?<!\w)!(?=\S)|\?(?=\?)|\((?=[/x!?+*iyn-]\))", r"\\\g<0>", text)
    return re.sub(r"(pmtrack(?=:(?:begin|end))|https?(?=://)):", r"\1\\:", text)


def _literal_line(line: str) -> str:
    out = escape_text(line)
    out = _LINE_START.sub(r"\1\2&#46; ", out)
    return _BULLET.sub(lambda m: m[1] + "".join("\\" + c for c in m[2]) + " ", out)


# --- back ------------------------------------------------------------------------------------------------------------


def _lines_back(text: str) -> str:
    numbers: dict[int, int] = {}
    out = []
    for line in text.split("\n"):
        item = _ITEM.match(line)
        if item is None or not item[1].startswith("#"):
            numbers.clear()
        out += _item_back(item, numbers) if item else _line_back(line)
    return "\n".join(out)


def _item_back(item: re.Match[str], numbers: dict[int, int]) -> list[str]:
    depth = len(item[1])
    if item[1].startswith("*"):
        return ["  " * (depth - 1) + "- " + _inline_back(item[2])]
    numbers[depth] = numbers.get(depth, 0) + 1
    return ["   " * (depth - 1) + f"{numbers[depth]}. " + _inline_back(item[2])]


def _line_back(line: str) -> list[str]:
    heading = _HEADING.match(line)
    if heading:
        return ["#" * int(heading[1]) + " " + _inline_back(heading[2])]
    if line.startswith("bq. "):
        return ["> " + _inline_back(line[4:])]
    if line.startswith("||") and line.endswith("||") and len(line) > 4:
        cells = [_inline_back(cell) for cell in line[2:-2].split("||")]
        return [_row(cells), "|" + "---|" * len(cells)]
    if line.startswith("|") and line.endswith("|") and len(line) > 2:
        return [_row([_inline_back(cell) for cell in re.split(r"(?<!\\)\|", line[1:-1])])]
    return ["---" if line == "----" else _inline_back(line)]


def _row(cells: list[str]) -> str:
    return "|" + "".join(f" {cell.strip()} |" for cell in cells)


def _inline_back(text: str) -> str:
    return _INLINE.sub(_token_back, text)


def _token_back(match: re.Match[str]) -> str:
    kind = match.lastgroup
    if kind is None:
        return match[0][1:]
    value = match[kind]
    if kind == "entity":
        return _ENTITIES[value]
    if kind == "ampersand":
        return "&"
    if kind == "code":
        return f"`{_inline_plain(value)}`"
    if kind == "target":
        return f"[{_inline_back(match['text'])}]({value})"
    return _MARKS[kind].format(_inline_back(value)) if kind in _MARKS else value


def _inline_plain(text: str) -> str:
    bare = re.sub(_ESCAPABLE, r"\1", text)
    for entity, character in _ENTITIES.items():
        bare = bare.replace(entity, character)
    return re.sub(r"&amp;(?=amp;|#(?:92|46|124);)", "&", bare)
