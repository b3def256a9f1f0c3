"""查进度: open to all with the number and query code of the receipt, or by the address in its QR code."""

from services import throttle
from services.cases import tracking
from ui import page, visitor
from ui import tracking as drawing

page.begin("查进度", requires=None, about="凭收件凭证上的办件编号和查询码查询；扫凭证上的二维码可直接打开。")
number, token = page.query("number"), page.query("token")
asked, code = drawing.question(number)

if asked:
    with page.transaction() as session, throttle.guesses(visitor.address(), asked):
        progress = tracking.by_code(session, page.district_id(), asked, code, now=page.now())
elif token:
    with page.transaction() as session, throttle.guesses(visitor.address(), number):
        progress = tracking.by_link(session, page.district_id(), number, token, now=page.now())
else:
    progress = None

if progress:
    page.set_query(number=progress.number, token=progress.token)
    drawing.progress(progress)
else:
    drawing.invitation()
