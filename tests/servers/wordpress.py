"""A real WordPress from Debian's packages (wordpress, php-cli, php-mysql, mariadb-server), with a database of its own, served by PHP itself."""

from __future__ import annotations

import base64
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PACKAGE = Path("/usr/share/wordpress")
ADMIN = "chief"
_CONFIG = """<?php
define('DB_NAME', 'wp'); define('DB_USER', 'root'); define('DB_PASSWORD', ''); define('DB_HOST', '127.0.0.1:{db}');
define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', '');
foreach (['AUTH_KEY','SECURE_AUTH_KEY','LOGGED_IN_KEY','NONCE_KEY','AUTH_SALT','SECURE_AUTH_SALT','LOGGED_IN_SALT','NONCE_SALT'] as $k) define($k, 'x' . $k);
$host = $_SERVER['HTTP_HOST'] ?? '127.0.0.1:{port}';
define('WP_HOME', 'http://' . $host); define('WP_SITEURL', 'http://' . $host);
define('WP_ENVIRONMENT_TYPE', 'local'); define('DISABLE_WP_CRON', true); define('WP_HTTP_BLOCK_EXTERNAL', true);
define('AUTOMATIC_UPDATER_DISABLED', true); define('WP_DEFAULT_THEME', 'plain'); define('WP_MEMORY_LIMIT', '256M');
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""
# What a web server's rewriting does: files as they are (with ranges, which PHP's own server lacks), everything else to WordPress.
_ROUTER = """<?php
$path = urldecode(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH));
$file = __DIR__ . $path;
if (str_starts_with($path, '/wp-content/uploads/') && is_file($file)) {
  $size = filesize($file); $from = 0; $to = $size - 1;
  header('Content-Type: ' . (mime_content_type($file) ?: 'application/octet-stream'));
  header('Accept-Ranges: bytes'); header('ETag: "' . md5($path . filemtime($file) . $size) . '"');
  if (preg_match('/^bytes=(\\d+)-(\\d*)$/', $_SERVER['HTTP_RANGE'] ?? '', $m)) {
    if ((int) $m[1] >= $size) { http_response_code(416); header("Content-Range: bytes */$size"); return true; }
    $from = (int) $m[1]; if ($m[2] !== '') $to = min($to, (int) $m[2]);
    http_response_code(206); header("Content-Range: bytes $from-$to/$size");
  }
  header('Content-Length: ' . ($to - $from + 1));
  if ($_SERVER['REQUEST_METHOD'] !== 'HEAD') { $f = fopen($file, 'rb'); fseek($f, $from); echo stream_get_contents($f, $to - $from + 1); }
  return true;
}
if ($path !== '/' && is_file($file)) return false;
$_SERVER['SCRIPT_NAME'] = '/index.php';
require __DIR__ . '/index.php';
"""
_INSTALL = """
define('WP_INSTALLING', true);
require 'wp-load.php'; require_once ABSPATH . 'wp-admin/includes/upgrade.php';
ini_set('display_errors', '0');
add_filter('pre_wp_mail', '__return_true');
wp_install('試験サイト', 'chief', 'chief@example.jp', true, '', 'S3cret-of-the-tests', 'ja');
update_option('permalink_structure', '/archives/%post_id%');
switch_theme('plain');
foreach (get_posts(['post_type' => 'any', 'post_status' => 'any', 'numberposts' => -1]) as $p) wp_delete_post($p->ID, true);
"""
_THEME = {
    "style.css": "/*\nTheme Name: Plain\n*/",
    "index.php": "<?php while (have_posts()) { the_post(); the_title('<h1>', '</h1>'); the_content(); }",
    "functions.php": "<?php add_theme_support('post-thumbnails');",
}


def missing() -> str:
    """What this machine lacks to run it; empty when nothing."""
    if not (PACKAGE / "wp-load.php").exists():
        return "WordPress is not installed (Debian: wordpress)"
    if not shutil.which("php"):
        return "PHP is not installed (Debian: php-cli php-mysql)"
    if not (shutil.which("mariadb-install-db") and _mariadbd()):
        return "MariaDB is not installed (Debian: mariadb-server)"
    return ""


def _mariadbd() -> str | None:
    return shutil.which("mariadbd") or shutil.which("mariadbd", path="/usr/sbin")


@dataclass
class WordPress:
    """A running site; `root` is its folder on disk, `db` the port of its database (user root, no password, name wp)."""

    root: Path
    port: int
    db: int
    passwords: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """``http://127.0.0.1:port``."""
        return f"http://127.0.0.1:{self.port}"

    def php(self, code: str) -> str:
        """Run PHP inside WordPress, with its administration functions, as the administrator; returns what it printed."""
        head = (
            "require 'wp-load.php'; require_once ABSPATH . 'wp-admin/includes/admin.php'; wp_set_current_user(1);"
            " remove_action('shutdown', 'wp_ob_end_flush_all', 1); global $wpdb;"
        )
        return self.script(head + code)

    def script(self, code: str) -> str:
        """Run bare PHP in the site's folder."""
        ran = subprocess.run(
            ["php", "-d", "display_errors=stderr", "-d", "memory_limit=512M", "-r", code],
            cwd=self.root, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False,
        )  # fmt: skip
        if ran.returncode:
            raise RuntimeError(ran.stderr[-2000:] or ran.stdout[-2000:])
        return ran.stdout

    def user(self, login: str, role: str) -> str:
        """Make a user with an application password; returns that."""
        mail = f"{login}@example.jp"
        self.passwords[login] = self.php(
            f"$u = username_exists('{login}') ?: wp_insert_user(['user_login' => '{login}', 'user_email' => '{mail}', 'role' => '{role}',"
            " 'user_pass' => wp_generate_password()]);"
            "[$password] = WP_Application_Passwords::create_new_application_password($u, ['name' => 'piiscan ' . wp_rand()]); echo $password;"
        )
        return self.passwords[login]

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """A REST request as the administrator: JSON, or bytes of a file; returns the answer's JSON. Used to prepare what is then scanned."""
        token = base64.b64encode(f"{ADMIN}:{self.passwords[ADMIN]}".encode()).decode()
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        kind = {} if isinstance(body, bytes) else {"Content-Type": "application/json"}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, "/wp-json" + path, data, {"Authorization": f"Basic {token}"} | kind | headers)
            answer = connection.getresponse()
            text = answer.read()
            if answer.status >= 400:
                raise RuntimeError(f"{method} {path}: {answer.status} {text[:500]!r}")
            return json.loads(text)
        finally:
            connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("a server of the tests did not start") from None
            time.sleep(0.1)
        else:
            return


@contextmanager
def _started(command: list[str], port: int, log: Path, **environment: str) -> Iterator[None]:
    """A server in a process group of its own, since PHP's has workers."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, stdout=out, stderr=out, env=os.environ | environment, cwd=log.parent, start_new_session=True
        )
        try:
            _wait_for(port, process)
            yield
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)


def _database(folder: Path, port: int) -> list[str]:
    user = ["--user=root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    common = ["--no-defaults", f"--datadir={folder / 'data'}", *user]
    install = ["mariadb-install-db", *common, "--auth-root-authentication-method=normal", "--skip-test-db"]
    subprocess.run(install, check=True, capture_output=True, timeout=120)
    listen = [f"--port={port}", "--bind-address=127.0.0.1", f"--socket={folder / 's'}", f"--pid-file={folder / 'pid'}"]
    fast = [
        "--skip-name-resolve",
        "--innodb-fast-shutdown=2",
        "--innodb-flush-log-at-trx-commit=0",
        "--skip-grant-tables",
    ]
    return [_mariadbd() or "mariadbd", *common, *listen, *fast]


def _unpack(root: Path, port: int, db: int) -> None:
    skip = shutil.ignore_patterns("wp-content", "wp-config.php")
    shutil.copytree(PACKAGE, root, ignore=skip, dirs_exist_ok=True)
    theme = root / "wp-content" / "themes" / "plain"
    theme.mkdir(parents=True)
    (root / "wp-content" / "uploads").mkdir()
    (root / "wp-content" / "mu-plugins").mkdir()
    for name, text in _THEME.items():
        (theme / name).write_text(text, encoding="utf-8")
    config = _CONFIG.replace("{db}", str(db)).replace("{port}", str(port))
    (root / "wp-config.php").write_text(config, encoding="utf-8")
    (root / "router.php").write_text(_ROUTER, encoding="utf-8")


@contextmanager
def wordpress(folder: Path) -> Iterator[WordPress]:
    """An empty site with one administrator, ``chief``, whose application password is in `passwords`."""
    site = WordPress(folder / "site", _free_port(), _free_port())
    _unpack(site.root, site.port, site.db)
    with _started(_database(folder, site.db), site.db, folder / "db.log"):
        site.script(
            f"$d = new mysqli('127.0.0.1', 'root', '', '', {site.db}); $d->query('CREATE DATABASE wp CHARACTER SET utf8mb4');"
        )
        site.script(_INSTALL)
        serve = [
            "php",
            "-d",
            "memory_limit=512M",
            "-S",
            f"127.0.0.1:{site.port}",
            "-t",
            str(site.root),
            str(site.root / "router.php"),
        ]
        with _started(serve, site.port, folder / "web.log", PHP_CLI_SERVER_WORKERS="4"):
            site.user(ADMIN, "administrator")
            yield site
