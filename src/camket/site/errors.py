"""Error pages: what happened and what to do next, in both languages, with nothing of what was sent."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

from camket.design.page import Page, answer, other
from camket.design.words import Lang
from camket.site.page import start_url


@dataclass(frozen=True, slots=True)
class Saying:
    """What one status says in one language."""

    title: str
    text: str
    advice: str


SAYINGS: dict[int, dict[Lang, Saying]] = {
    400: {
        "vi": Saying(
            "Yêu cầu không đọc được",
            "Máy chủ không hiểu yêu cầu vừa gửi.",
            "Hãy quay lại trang trước, tải lại trang rồi thử lần nữa.",
        ),
        "en": Saying(
            "The request cannot be read",
            "The server did not understand what was sent.",
            "Go back, reload the page and try again.",
        ),
    },
    403: {
        "vi": Saying(
            "Không được phép mở trang này",
            "Trang này không dành cho lượt truy cập này.",
            "Nếu vừa gửi một biểu mẫu, hãy tải lại trang rồi gửi lại.",
        ),
        "en": Saying(
            "This page may not be opened",
            "This page is not meant for this visit.",
            "If you have just sent a form, reload the page and send it again.",
        ),
    },
    404: {
        "vi": Saying(
            "Không có trang này",
            "Địa chỉ này không dẫn đến trang nào.",
            "Hãy kiểm tra lại địa chỉ, hoặc bắt đầu từ trang đầu.",
        ),
        "en": Saying(
            "There is no such page",
            "This address leads to no page.",
            "Check the address, or start from the first page.",
        ),
    },
    405: {
        "vi": Saying(
            "Trang này chỉ để đọc",
            "Trang này không nhận dữ liệu gửi đến.",
            "Hãy mở trang bằng địa chỉ của nó.",
        ),
        "en": Saying(
            "This page is only for reading",
            "This page takes nothing that is sent to it.",
            "Open the page by its address.",
        ),
    },
    500: {
        "vi": Saying(
            "Máy chủ gặp lỗi",
            "Lỗi ở phía chúng tôi; việc đang làm dở đã được hủy trọn vẹn, không lưu nửa chừng.",
            "Hãy thử lại sau ít phút.",
        ),
        "en": Saying(
            "The server failed",
            "The fault is ours; what was under way was undone as a whole, nothing is half stored.",
            "Try again in a few minutes.",
        ),
    },
    503: {
        "vi": Saying(
            "Trang tạm thời không dùng được",
            "Cơ sở dữ liệu chưa trả lời. Nếu bạn vừa gửi biểu mẫu, dữ liệu được lưu trọn vẹn hoặc không lưu gì.",
            "Hãy tải lại trang sau ít phút.",
        ),
        "en": Saying(
            "The page cannot be used at the moment",
            "The database does not answer. If you have just sent a form, it was stored whole or not at all.",
            "Reload the page in a few minutes.",
        ),
    },
}


def page(request: HttpRequest, status: int) -> HttpResponse:
    """Show the page for a status, in the language of the address asked for and, below, the other one."""
    lang: Lang = "en" if request.path == "/en" or request.path.startswith("/en/") else "vi"
    saying = SAYINGS[status]
    shown = Page(title=saying[lang].title, lang=lang, home=start_url(lang))
    return answer(
        request,
        "site/error.html",
        shown,
        status=status,
        code=status,
        first=saying[lang],
        second=saying[other(lang)],
    )
