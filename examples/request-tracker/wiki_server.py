"""MediaWiki on a loopback port with `php -S`: SQLite below one folder, articles imported with their own dates.

An article is a file `articles/YYYY-MM-DD Title.wikitext`; the date becomes the time of its only revision, so that the
freshness of what a customer reads is what the file name says.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

MEDIAWIKI = Path("/usr/share/mediawiki")
ARTICLES = Path(__file__).with_name("articles")


def prepare(folder: Path, port: int) -> dict[str, str]:
    """Install the wiki below `folder` and import the articles; returns its API address and the editor's password."""
    folder.mkdir(parents=True, exist_ok=True)
    password = secrets.token_urlsafe(18)
    # fmt: off
    _php(folder, "install.php", "--dbtype", "sqlite", "--dbpath", str(folder / "data"), "--confpath", str(folder),
         "--server", f"http://127.0.0.1:{port}", "--scriptpath", "", "--lang", "en", "--pass", password,
         "Service Desk Wiki", "Editor")
    # fmt: on
    _import(folder)
    return {"WIKI_URL": f"http://127.0.0.1:{port}/api.php", "WIKI_EDITOR_PASSWORD": password}


def start(folder: Path, port: int) -> int:
    """Start the server; returns its process id, which is also its process group."""
    environment = {**os.environ, "MW_CONFIG_FILE": str(folder / "LocalSettings.php"), "PHP_CLI_SERVER_WORKERS": "3"}
    with (folder / "wiki.log").open("ab") as log:
        server = subprocess.Popen(
            ["php", "-S", f"127.0.0.1:{port}", "-t", str(MEDIAWIKI)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    return server.pid


def _import(folder: Path) -> None:
    texts = folder / "texts"
    texts.mkdir()
    for article in sorted(ARTICLES.glob("*.wikitext")):
        day, title = article.stem.split(" ", 1)
        copy = texts / f"{title}.txt"
        shutil.copyfile(article, copy)
        written = datetime.fromisoformat(day).replace(hour=9, tzinfo=UTC).timestamp()
        os.utime(copy, (written, written))
    files = [str(copy) for copy in sorted(texts.iterdir())]
    options = ["--conf", str(folder / "LocalSettings.php"), "--use-timestamp", "--overwrite", "--user", "Editor"]
    _php(folder, "importTextFiles.php", *options, *files)


def _php(folder: Path, script: str, *arguments: str) -> None:
    command = ["php", str(MEDIAWIKI / "maintenance" / script), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=180, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{script} failed ({done.returncode}):\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
