"""我的账号: who I am, what I may do, and changing my password."""

from ui import page

me = page.begin("我的账号", requires=page.STAFF, with_old_password=True, about="本人信息、权限与修改密码")
