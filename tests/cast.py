"""The small cast of the tests. Their values are the canaries: whatever must not leak is searched for by them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """A made-up customer, as they would write themselves."""

    name: str
    phone: str
    email: str
    address: str

    @property
    def canaries(self) -> tuple[str, ...]:
        """Every spelling of theirs that may stand nowhere but inside a seal."""
        bare = self.phone.lstrip("0")
        return (self.name, self.phone, f"+84{bare}", bare, self.email, self.email.split("@")[0], self.address)


# Customers of the shops.
MINH = Person("Nguyễn Văn Minh", "0912345678", "minh.nguyen@example.com", "12 Hàng Bạc, phường Hoàn Kiếm, Hà Nội")
THAO = Person("Trần Thị Thảo", "0987654321", "thao.tran@example.vn", "45 Lê Lợi, phường Sài Gòn, TP. Hồ Chí Minh")
# The attacker: has an account of his own and knows other people's phone numbers.
KHOI = Person("Lê Đăng Khôi", "0901112223", "khoi.le@example.org", "9 Trần Phú, phường Hải Châu, Đà Nẵng")

# Staff of every shop of the world: the owner, and the clerk who answers customers.
HANH = "Phạm Thị Hạnh"
LAN = "Vũ Thị Lan"
CLERK_ROLES = {"shop-003": "operations", "1stwatch": "data_department"}
CLERK_ROLE = "customer_service"
