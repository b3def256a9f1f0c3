"""The written vouchers of a case: templates in versions, what a voucher says, its Word file and its PDF."""

from services.documents.handing import Key as Key
from services.documents.handing import pdf as pdf
from services.documents.handing import word as word
from services.documents.writing import missing as missing
from services.documents.writing import of_case as of_case
from services.documents.writing import title as title
from services.documents.writing import write as write
