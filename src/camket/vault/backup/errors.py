"""What is wrong with a backup, its keys or a restore. No message holds anything that a file said about a person."""

from camket.base.errors import CamketError


class BackupError(CamketError):
    """A backup cannot be made, read or put back. The database is as it was."""


class UnfinishedError(CamketError):
    """A restore was begun and is not finished, or the database is older than what stands outside it."""


def damaged(name: str) -> BackupError:
    """Say that a file is cut off, changed or not a backup of ours."""
    return BackupError(
        f"tệp `{name}` không phải bản sao lưu của Camket, hoặc đã bị cắt hay bị đổi",
        f"the file `{name}` is no backup of Camket, or it was cut off or changed",
        "chép lại tệp từ nơi cất, hoặc dùng bản sao lưu khác; `camket backup --list` cho biết bản nào nguyên",
        "copy the file again from where it is kept, or use another one; `camket backup --list` tells which are whole",
        "backup-damaged",
    )


def wrong_kind(name: str, wanted: str) -> BackupError:
    """Say that a data file was given for a keys file, or the other way round."""
    vi, en = ("dữ liệu", "data") if wanted == "data" else ("khóa", "keys")
    return BackupError(
        f"tệp `{name}` không phải tệp {vi} của bản sao lưu",
        f"the file `{name}` is not the {en} file of a backup",
        "đưa tệp `.data` cho `--data` và tệp `.keys` cho `--keys`",
        "give the `.data` file to `--data` and the `.keys` file to `--keys`",
        "backup-wrong-kind",
    )


def newer(name: str) -> BackupError:
    """Say that the file was written by a later version."""
    return BackupError(
        f"tệp `{name}` do một phiên bản Camket mới hơn ghi",
        f"the file `{name}` was written by a newer version of Camket",
        "cài phiên bản mới hơn rồi khôi phục lại",
        "install that version, then restore again",
        "backup-newer",
    )


def key_gone(name: str) -> BackupError:
    """Say that the key which seals the keys file is destroyed or elsewhere."""
    return BackupError(
        f"khóa niêm phong của tệp khóa `{name}` không còn: tệp đã quá tuổi, hoặc khóa nằm ở thư mục khác",
        f"the key that seals the keys file `{name}` is not here: the file is too old, or its key is in another folder",
        "dùng tệp khóa mới hơn, hoặc đặt `CAMKET_BACKUP_KEYS` đúng thư mục; tệp quá tuổi không ai mở được",
        "use a newer keys file, or set `CAMKET_BACKUP_KEYS` rightly; a file past its age opens for nobody",
        "backup-key-gone",
    )


def not_empty() -> BackupError:
    """Say that the database holds something already."""
    return BackupError(
        "cơ sở dữ liệu đích đã có dữ liệu",
        "the database to restore into already holds data",
        "đặt `CAMKET_DATABASE` (hoặc `CAMKET_HOME`) sang một cơ sở dữ liệu trống rồi chạy lại",
        "set `CAMKET_DATABASE` (or `CAMKET_HOME`) to an empty database and run this again",
        "backup-not-empty",
    )


def other_tables() -> BackupError:
    """Say that the tables of the database are of another version than the file."""
    return BackupError(
        "các bảng của cơ sở dữ liệu trống này khác phiên bản với bản sao lưu",
        "the tables of this empty database are of another version than the backup",
        "dùng một cơ sở dữ liệu chưa có bảng nào; lệnh này tự tạo bảng rồi nâng cấp",
        "use a database without any tables; this command makes them and brings them up to date",
        "backup-other-tables",
    )


def not_ours(name: str) -> BackupError:
    """Say that the data contradicts what was signed and kept outside."""
    return BackupError(
        f"sổ cái `{name}` trong bản sao lưu trái với các mốc đã ký lưu bên ngoài: không phải dữ liệu của nơi này",
        f"the log `{name}` of the backup contradicts the checkpoints outside: it is not this installation's data",
        "kiểm tra lại tệp và thư mục `CAMKET_CHECKPOINTS`; không có gì được ghi",
        "check the file and the folder `CAMKET_CHECKPOINTS`; nothing was written",
        "backup-not-ours",
    )


def keys_of_another_time() -> BackupError:
    """Say that the keys file lacks the secrets of a shop as the data needs them."""
    return BackupError(
        "tệp khóa không có khóa của một cửa hàng đúng như tệp dữ liệu cần: nó cũ hơn, hoặc khóa đã được thay từ đó",
        "the keys file lacks a shop's secrets as the data needs them: it is older, or they were rotated since",
        "dùng tệp khóa được tạo cùng lúc với tệp dữ liệu",
        "use the keys file that was made with the data file",
        "backup-keys-other-time",
    )


def other_version() -> BackupError:
    """Say that the tables wait for a migration."""
    return BackupError(
        "các bảng chưa được nâng cấp lên phiên bản này nên không sao lưu",
        "the tables were not brought up to this version, so no backup is made",
        "chạy `camket prepare`, rồi sao lưu lại",
        "run `camket prepare`, then back up again",
        "backup-other-version",
    )


def nothing_there() -> BackupError:
    """Say that there is nothing to back up."""
    return BackupError(
        "chưa có cửa hàng nào để sao lưu",
        "there is no shop to back up yet",
        "chạy `camket prepare` trước",
        "run `camket prepare` first",
        "backup-nothing",
    )


def unfinished() -> UnfinishedError:
    """Say that a restore was interrupted."""
    return UnfinishedError(
        "một lần khôi phục chưa xong nên hệ thống chưa phục vụ",
        "a restore is not finished, so nothing is served yet",
        "chạy lại đúng lệnh `camket restore --data … --keys …` đó; nó làm tiếp chỗ dở",
        "run the same `camket restore --data … --keys …` again; it goes on where it stopped",
        "database-restore-unfinished",
    )


def lost() -> UnfinishedError:
    """Say that the database is empty although there was one."""
    return UnfinishedError(
        "cơ sở dữ liệu trống trong khi bên ngoài còn các mốc đã ký của sổ cái: cơ sở dữ liệu cũ đã mất hoặc ở nơi khác",
        "the database is empty, but signed checkpoints of its logs stand outside: the old one is lost or elsewhere",
        "xem lại `CAMKET_DATABASE`, hoặc chạy `camket restore`; muốn bắt đầu mới thì dời thư mục mốc đi nơi khác",
        "see `CAMKET_DATABASE`, or run `camket restore`; to begin anew, move the folder of checkpoints away",
        "database-lost",
    )


def behind(name: str) -> UnfinishedError:
    """Say that the database is an older one, put back by other means."""
    return UnfinishedError(
        f"sổ cái `{name}` không khớp các mốc đã ký lưu bên ngoài: cơ sở dữ liệu là bản cũ hoặc đã bị sửa",
        f"the log `{name}` does not match the checkpoints outside: the database is an older one, or was changed",
        "nếu chính bạn đặt lại bản cũ, chạy `camket restore --adopt`; nếu không, `camket ledger verify --database`",
        "if you put an older copy back, run `camket restore --adopt`; if not, `camket ledger verify --database`",
        "database-behind",
    )
