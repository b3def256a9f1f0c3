"""The changelist as a developer would set it up for this table: joined, ordered along the index, 50 a page."""

from django.contrib import admin

from changelist.models import Case

DISTRICT = 1


@admin.register(Case)
class CaseAdmin(admin.ModelAdmin):
    list_display = (
        *("number", "item_version", "applicant_name", "case_type", "status", "result", "department", "centre"),
        *("holder", "submitted_at", "due_at", "decided_at", "is_provisional"),
    )
    list_select_related = ("item_version", "department", "centre")
    list_filter = ("department", "status", "submitted_at")
    ordering = ("-submitted_at", "-id")
    list_per_page = 50

    def get_queryset(self, request):
        """By district, which leads every index: without it none could be used."""
        return super().get_queryset(request).filter(district_id=DISTRICT)
