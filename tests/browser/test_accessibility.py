"""axe finds nothing serious or critical on any page, in light and dark; and nothing is fetched from elsewhere."""

import pytest
from axe_playwright_python.sync_playwright import Axe

import app

# What is left of Streamlit's own, by selector: the shortcut's letters on a button, the chosen segment in dark.
STREAMLITS_OWN = {"exclude": [["kbd"], ['[data-variant="segmented_control"][aria-checked="true"]']]}
VISITORS = {
    None: {"journeys", "apply", "guide", "item", "track"},
    "clerk": {
        "desk",
        "intake",
        "batch",
        "bundle",
        "projects",
        "delivery",
        "clock",
        "received",
        "cases",
        "case",
        "items",
        "item_edit",
        "account",
    },
    "reviewer": {"tasks", "item_grid"},
    "staff": {"item_exchange", "flows", "forms", "organisations", "calendar", "overview", "templates", "messages"},
    "taxchief": {
        "tax_comparisons",
        "tax_imports",
        "tax_lead",
        "tax_leads",
        "tax_models",
        "tax_rates",
        "tax_rules",
        "tax_subject",
    },
    "sysadmin": {"users"},
    "auditor": {"audit"},
}
PAGES = [(address, who) for who, addresses in VISITORS.items() for address in sorted(addresses)]


def findings(page):
    """Serious and critical violations, in words."""
    grave = [
        each
        for each in Axe().run(page, context=STREAMLITS_OWN).response["violations"]
        if each["impact"] in ("serious", "critical")
    ]
    return [
        "{0}: {1[html]:.200} {1[failureSummary]}".format(each["id"], node) for each in grave for node in each["nodes"]
    ]


def test_every_page_of_the_sitemap_is_looked_at():
    assert {address for address, _ in PAGES} == {place.address for place in app.SITEMAP}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("address", "who"), PAGES, ids=[address for address, _ in PAGES])
def test_nothing_serious_and_nothing_from_elsewhere(server, new_context, address, who, scheme):
    context = new_context(color_scheme=scheme)
    if who:
        server.sign_in(context, who)
    page = context.new_page()
    foreign = []
    page.on("request", lambda request: foreign.append(request.url) if "127.0.0.1" not in request.url else None)
    server.open(page, address)
    assert page.locator('[data-testid="stException"]').count() == 0
    assert findings(page) == []
    assert [url for url in foreign if not url.startswith(("data:", "blob:"))] == []
