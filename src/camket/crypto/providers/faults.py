"""What can be wrong with a key file, each with its advice. No error holds anything of a key but its public id."""

from pathlib import Path

from camket.crypto.errors import KeyFileError


def missing(path: Path) -> KeyFileError:
    """Say that the file is gone."""
    return KeyFileError(
        vi=f"cơ sở dữ liệu đã có dữ liệu niêm phong nhưng không thấy tệp khóa `{path}`",
        en=f"the database holds sealed data but the key file `{path}` is missing",
        advice_vi="chạy `camket keys restore` với khóa khôi phục đã in, hoặc chép lại tệp; khóa mới không mở được gì",
        advice_en="run `camket keys restore` with the printed recovery key or put the file back; a new one is no use",
        code="key-file-missing",
    )


def damaged(path: Path) -> KeyFileError:
    """Say that what the file holds does not fit its check values."""
    return KeyFileError(
        vi=f"tệp khóa `{path}` bị hỏng: giá trị kiểm tra không khớp",
        en=f"the key file `{path}` is damaged: its check value does not match",
        advice_vi="dời tệp đi nơi khác rồi chạy `camket keys restore` với khóa khôi phục đã in",
        advice_en="move the file away, then run `camket keys restore` with the printed recovery key",
        code="key-file-damaged",
    )


def in_the_way(path: Path) -> KeyFileError:
    """Say that a file is never replaced by a restored one."""
    return KeyFileError(
        vi=f"đã có một tệp khóa ở `{path}`",
        en=f"there is a key file at `{path}` already",
        advice_vi="dời tệp đó đi nơi khác trước, đừng xóa nó",
        advice_en="move that file away first, do not delete it",
        code="key-file-exists",
    )


def wrong_file(needed: str, held: str) -> KeyFileError:
    """Tell that the file's keys are not those that the database was wrapped with."""
    return KeyFileError(
        vi=f"dữ liệu cần khóa `{needed}` nhưng tệp khóa đang dùng chỉ có khóa `{held}`",
        en=f"the data needs key `{needed}` but the key file in use holds `{held}`",
        advice_vi="đặt lại đúng tệp khóa, hoặc chạy `camket keys restore` với khóa khôi phục của nó",
        advice_en="put the right key file back, or run `camket keys restore` with its recovery key",
        code="key-file-wrong",
    )


def other_custody(path: Path, found: str, wanted: str) -> KeyFileError:
    """Tell that the file was closed by another service than the settings name."""
    return KeyFileError(
        vi=f"tệp khóa `{path}` thuộc loại `{found}` nhưng `CAMKET_KEYS` đặt loại `{wanted}`",
        en=f"the key file `{path}` is of kind `{found}` but `CAMKET_KEYS` names kind `{wanted}`",
        advice_vi="sửa `CAMKET_KEYS`, hoặc dời khóa sang nơi mới như docs/keys.md chỉ",
        advice_en="mend `CAMKET_KEYS`, or move the keys as docs/keys.md says",
        code="key-file-custody",
    )


def no_version(version: int) -> KeyFileError:
    """Say that a version cannot be given up."""
    return KeyFileError(
        vi=f"tệp khóa không có phiên bản {version}, hoặc phiên bản đó đang dùng",
        en=f"the key file has no version {version}, or that version is in use",
        advice_vi="xem các phiên bản bằng `camket keys status`",
        advice_en="see the versions with `camket keys status`",
        code="key-version",
    )
