"""Names of what happens, frozen: an entry written today is read by this name in ten years.

`noun.verb` in the past tense, each with its sentence in Vietnamese and English. A name is added at the end of its
group (and to tests/ledger/frozen_events.txt); it is never renamed, removed or given another meaning.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Sentence(NamedTuple):
    vi: str
    en: str


_SHOP = {
    "shop.created": Sentence("cửa hàng được tạo", "the shop was created"),
    "shop.set": Sentence("một thiết lập của cửa hàng được đổi", "a setting of the shop was changed"),
    "policy.adopted": Sentence("một bản chính sách được áp dụng", "a version of the policy was adopted"),
    "staff.added": Sentence("một nhân viên được thêm", "a member of staff was added"),
    "staff.changed": Sentence("thông tin một nhân viên được sửa", "a member of staff was changed"),
    "staff.left": Sentence("một nhân viên thôi làm việc", "a member of staff left"),
    "role.granted": Sentence("một vai trò được giao", "a role was granted"),
    "role.revoked": Sentence("một vai trò được thu hồi", "a role was revoked"),
    "undertaking.signed": Sentence("một cam kết bảo mật được ký", "a secrecy undertaking was signed"),
    "undertaking.ended": Sentence("một cam kết bảo mật chấm dứt", "a secrecy undertaking ended"),
    "work.assigned": Sentence("một việc được giao cho nhân viên", "a piece of work was assigned"),
    "work.ended": Sentence("một việc được kết thúc", "a piece of work was ended"),
    "agreement.added": Sentence("một thỏa thuận với bên nhận được ghi", "an agreement with a recipient was recorded"),
    "agreement.ended": Sentence("một thỏa thuận với bên nhận chấm dứt", "an agreement with a recipient ended"),
    "api_key.issued": Sentence("một khóa truy cập được cấp", "an API key was issued"),
    "api_key.revoked": Sentence("một khóa truy cập bị thu hồi", "an API key was revoked"),
    "secret.rotated": Sentence("khóa của cửa hàng được thay", "a secret of the shop was rotated"),
    "installation.restored": Sentence(
        "dữ liệu được khôi phục từ một bản sao lưu cũ hơn", "the data was restored from an older backup"
    ),
}
_SUBJECT = {
    "subject.created": Sentence("một khách hàng được ghi nhận", "a customer was first recorded"),
    "subject.joined": Sentence("hai hồ sơ của một khách hàng được nhập làm một", "two records of one customer joined"),
    "subject.shredded": Sentence("dữ liệu của khách hàng bị hủy", "a customer's data was destroyed"),
    "subject.rescanned": Sentence("đã quét lại sau khi hủy", "a customer was searched for again after destruction"),
    "identifier.verified": Sentence("một liên hệ được xác minh", "a contact was verified"),
    "identifier.removed": Sentence("một liên hệ được gỡ", "a contact was removed"),
    "code.issued": Sentence("một mã dùng một lần được tạo", "a one-time code was issued"),
    "code.tried": Sentence("một mã dùng một lần được nhập thử", "a one-time code was tried"),
    "code.expired": Sentence("các mã đã hết hạn được dọn", "codes whose time is over were removed"),
    "proposal.made": Sentence("một đề nghị ghép hồ sơ chờ xác nhận", "a proposal was made and waits"),
    "proposal.accepted": Sentence("một đề nghị được chấp nhận", "a proposal was accepted"),
    "proposal.rejected": Sentence("một đề nghị bị bác", "a proposal was rejected"),
    "consent.recorded": Sentence("sự đồng ý hoặc từ chối được ghi nhận", "a consent or a refusal was recorded"),
    "consent.withdrawn": Sentence("sự đồng ý được rút lại", "a consent was withdrawn"),
    "consent_text.added": Sentence("một lời hỏi đồng ý được ghi", "a consent text was recorded"),
    "restraint.set": Sentence("khách hàng yêu cầu hạn chế hoặc phản đối", "a restriction or objection was set"),
    "restraint.lifted": Sentence("một hạn chế hoặc phản đối được gỡ", "a restriction or objection was lifted"),
    "consent.looked": Sentence("câu trả lời của khách hàng được xem", "a customer's answers were looked at"),
    "subject.marked": Sentence("khách hàng được đánh dấu là trẻ em", "a customer was marked as a child"),
}
_VAULT = {
    "item.put": Sentence("dữ liệu được niêm phong và cất giữ", "data was sealed and kept"),
    "item.looked": Sentence("dữ liệu được mở xem", "data was opened and looked at"),
    "item.found": Sentence("dữ liệu được dùng để tìm khách hàng", "a customer was searched for"),
    "item.changed": Sentence("một giá trị được sửa", "a value was changed"),
    "item.marked": Sentence("đánh dấu của một mục dữ liệu được đổi", "an item's marks were changed"),
    "item.shredded": Sentence("một phần dữ liệu của khách hàng bị hủy", "part of a customer's data was destroyed"),
    "item.exported": Sentence("dữ liệu được xuất ra tệp", "data was exported to a file"),
    "glass.broken": Sentence("mở khẩn cấp, giám đốc được báo", "break-glass was used and a director told"),
    "glass.ended": Sentence("mở khẩn cấp chấm dứt", "break-glass ended"),
    "gate.refused": Sentence("cổng từ chối", "the gate refused"),
    "keys.rewrapped": Sentence("các khóa được gói lại bằng khóa mới", "keys were wrapped anew"),
    "keys.destroyed": Sentence("một khóa cũ bị hủy", "an old key was destroyed"),
    "index.rotated": Sentence("dấu tra cứu được tính lại bằng khóa mới", "look-up digests were made anew"),
}
_INTAKE = {
    "intake.received": Sentence("dữ liệu được tiếp nhận từ một nguồn", "data was taken in from a source"),
    "intake.refused": Sentence("dữ liệu gửi đến bị từ chối nhận", "data sent in was refused"),
    "sign_up.begun": Sentence("một đăng ký nhận tin chờ xác nhận", "a sign-up was begun and waits for its code"),
    "sign_up.confirmed": Sentence("một đăng ký nhận tin được xác nhận", "a sign-up was confirmed by its code"),
    "sign_up.ended": Sentence("một đăng ký nhận tin quá hạn xác nhận", "a sign-up ended unconfirmed"),
    "order.placed": Sentence("một đơn hàng được ghi nhận", "an order was recorded"),
    "order.changed": Sentence("một đơn hàng được sửa", "an order was changed"),
    "order.completed": Sentence("một đơn hàng hoàn tất", "an order was completed"),
    "order.cancelled": Sentence("một đơn hàng bị hủy", "an order was cancelled"),
    "order.returned": Sentence("một đơn hàng được trả lại", "an order was returned"),
    "order.looked": Sentence("các đơn hàng của khách được xem", "a customer's orders were looked at"),
    "payment.recorded": Sentence("một khoản thanh toán được ghi nhận", "a payment was recorded"),
    "review.received": Sentence("một đánh giá được gửi", "a review was received"),
    "review.moderated": Sentence("một đánh giá được duyệt hoặc bác", "a review was moderated"),
    "import.begun": Sentence("một tệp bắt đầu được nhập", "the import of a file began"),
    "import.run": Sentence("một phần tệp được nhập", "part of a file was imported"),
    "import.ended": Sentence("một tệp nhập xong", "the import of a file ended"),
    "marks.swept": Sentence("các dấu và mã đã hết hạn được xóa", "marks and codes whose time is over were removed"),
    "import.mended": Sentence("một bản để sửa dòng lỗi được xuất", "a mending copy of bad rows was written"),
}
_OUTBOX = {
    "outbox.queued": Sentence("một tin được xếp hàng chờ gửi", "a message was queued"),
    "outbox.tried": Sentence("bắt đầu gửi một tin", "sending a message began"),
    "outbox.sent": Sentence("một tin đã được gửi", "a message was sent"),
    "outbox.failed": Sentence("một tin không gửi được", "a message could not be sent"),
    "outbox.expired": Sentence("một tin quá hạn, không gửi nữa", "a message expired and is not sent"),
    "webhook.registered": Sentence("một địa chỉ nhận tin được ghi", "a webhook was registered"),
    "webhook.rotated": Sentence("khóa của một địa chỉ nhận tin được thay", "the secret of a webhook was replaced"),
    "webhook.removed": Sentence("một địa chỉ nhận tin được gỡ", "a webhook was removed"),
}

_WATCH = {
    "alert.raised": Sentence("một cảnh báo truy cập bất thường được nêu", "an alert of unusual access was raised"),
    "alert.acknowledged": Sentence("một cảnh báo được xem xét", "an alert was looked into"),
}

EVENTS: Mapping[str, Sentence] = MappingProxyType(_SHOP | _SUBJECT | _VAULT | _INTAKE | _OUTBOX | _WATCH)
