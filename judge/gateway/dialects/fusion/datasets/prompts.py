"""What a model is asked, made of a row. Pure."""

# ruff: noqa: RUF001 - Chinese has a comma of its own

from __future__ import annotations

from collections.abc import Iterable
from string import Template
from typing import Any

from judge.gateway.dialects.fusion.datasets.rows import STDIO, BadRow, field, mapping_field, text_field
from judge.gateway.dialects.fusion.requests import Config

#: What is asked for behind a problem's text, by the language of people and of programs; "" = any other.
_STDIO = {
    "en": {
        "": "Write a complete program in {language}. It reads from standard input and writes to standard output.",
        "cpp": "Write a complete C++ program with a main function. It reads from standard input and writes to standard "
        "output.",
        "python": "Write a complete Python script. It reads from standard input and writes to standard output.",
        "java": "Write a complete Java program whose public class is called Main and has a method main. It reads from "
        "standard input and writes to standard output.",
    },
    "zh": {
        "": "请用 {language} 写一个完整的程序，从标准输入读取数据，向标准输出写出结果。",
        "cpp": "请用 C++ 写一个带有 main 函数的完整程序，从标准输入读取数据，向标准输出写出结果。",
        "python": "请用 Python 写一个完整的脚本，从标准输入读取数据，向标准输出写出结果。",
        "java": "请用 Java 写一个完整的程序，公共类名为 Main，有 main 方法，从标准输入读取数据，向标准输出写出结果。",
    },
}

_HINTS = {"en": ("Question:", "Answer:"), "zh": ("问题：", "答案：")}
_LINE = "----------------"

#: Letters of all that one request asks for.
PROMPTS_CHARS_MAX = 32 << 20


def prompts_of(rows: Iterable[dict[str, Any]], kind: str, config: Config) -> list[Any]:
    """The prompts of all rows. Raises BadRow, also when they are too large together."""
    prompts, size_chars = [], 0
    for row in rows:
        prompts.append(prompt_of(row, kind, config))
        size_chars += len(prompts[-1]["prompt"])
        if size_chars > PROMPTS_CHARS_MAX:
            raise BadRow(f"provided_data: the prompts are too large: ask for those of fewer than {len(prompts)} rows")
    return prompts


def prompt_of(row: dict[str, Any], kind: str, config: Config) -> Any:
    """The prompt of one row. Raises BadRow."""
    labels = mapping_field(row, "labels")
    text = text_field(row, "content")
    prompt = _stdio_prompt(text, config) if kind == STDIO else _appended_prompt(text, labels, config)
    return {"id": field(row, "id"), "prompt": prompt, "labels": labels}


def _stdio_prompt(text: str, config: Config) -> str:
    words = _STDIO.get(config.locale or "en", _STDIO["en"])
    language = config.language or ""
    return f"{text}\n\n{words.get(language, words['']).format(language=config.language)}"


def _appended_prompt(text: str, labels: dict[str, Any], config: Config) -> str:
    context = config.extra.get("context", labels.get("context"))
    shots = config.extra.get("fewshot", labels.get("fewshot")) if config.is_fewshot else None
    template = config.extra.get("prompt_template", labels.get("prompt_template"))
    if config.is_fewshot and shots is None:
        raise BadRow("provided_data: there is no fewshot")
    if isinstance(template, str) and template:
        values = {"question": text, "fewshot": shots or "", "context": context or "", "locale": config.locale}
        largest = max(len(str(value)) for value in values.values())
        if len(template) + template.count("$") * largest > PROMPTS_CHARS_MAX:
            raise BadRow("provided_data: the prompt_template makes too large a prompt")
        return Template(template).safe_substitute(values)
    if not context and not shots:
        return text
    question, answer = _HINTS.get(config.locale or "en", _HINTS["en"])
    before = [f"{context}"] if context else []
    if context and shots:
        before.append(_LINE)
    before += [f"{shots}"] if shots else []
    return "\n\n".join([*before, f"{question}{text}", f"{answer}\n"])
