"""What a password must be (GB/T 22239-2019 身份鉴别, ASVS 5.0 §6.2)."""

from services.errors import Invalid

LEAST = 10
LEAST_CLASSES = 3
MOST_BYTES = 72  # bcrypt reads no further, and refuses longer ones


def _classes(password: str) -> int:
    kinds = (str.islower, str.isupper, str.isdigit, lambda c: not c.isalnum() or (c.isalpha() and not c.isascii()))
    return sum(any(kind(character) for character in password) for kind in kinds)


def check(password: str, *, username: str) -> None:
    """Raises Invalid, naming every rule that the password breaks."""
    faults = []
    if len(password) < LEAST:
        faults.append(f"至少 {LEAST} 个字符")
    if len(password.encode()) > MOST_BYTES:
        faults.append(f"不超过 {MOST_BYTES} 字节（一个汉字占 3 字节）")
    if _classes(password) < LEAST_CLASSES:
        faults.append(f"大写字母、小写字母、数字、符号中至少含 {LEAST_CLASSES} 类")
    if username and username.lower() in password.lower():
        faults.append("不得包含用户名")
    if password != password.strip():
        faults.append("首尾不得有空格")
    if faults:
        message = "新密码须" + "；".join(faults)
        raise Invalid(message, {"password": message})
