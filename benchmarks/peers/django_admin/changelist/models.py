"""The case tables as Django sees them: unmanaged, every column of `cases`, of the others what a list shows.

The tables' keys are (district_id, id); Django's admin knows single-column keys only, and `id` is unique in a district.
"""

from django.db import models

STATUSES = [
    ("submitted", "待受理"),
    ("correction_requested", "待补正"),
    ("accepted", "已受理"),
    ("examining", "审查中"),
    ("suspended", "特别程序"),
    ("decided", "已办结"),
    ("delivered", "已送达"),
    ("closed", "已结束"),
]


class Organisation(models.Model):
    id = models.BigIntegerField(primary_key=True)
    name = models.CharField(max_length=200)

    class Meta:
        managed = False
        db_table = "organisations"

    def __str__(self):
        return self.name


class ItemVersion(models.Model):
    id = models.BigIntegerField(primary_key=True)
    name = models.CharField(max_length=500)

    class Meta:
        managed = False
        db_table = "item_versions"

    def __str__(self):
        return self.name


class Case(models.Model):
    id = models.BigIntegerField(primary_key=True)
    district_id = models.BigIntegerField()
    number = models.CharField(max_length=64)
    item_id = models.BigIntegerField()
    item_version = models.ForeignKey(ItemVersion, models.DO_NOTHING)
    case_type = models.CharField(max_length=40)
    status = models.CharField(max_length=40, choices=STATUSES)
    result = models.CharField(max_length=40, null=True)
    department = models.ForeignKey(Organisation, models.DO_NOTHING, related_name="+")
    centre = models.ForeignKey(Organisation, models.DO_NOTHING, related_name="+")
    window_id = models.BigIntegerField(null=True)
    clerk_id = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=40)
    applicant_id = models.BigIntegerField()
    applicant_name = models.CharField(max_length=200)
    agent_name = models.CharField(max_length=200, null=True)
    subject = models.CharField(max_length=200, null=True)
    submitted_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    statutory_due_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    calendar_version = models.IntegerField()
    is_provisional = models.BooleanField()
    holder = models.CharField(max_length=40)
    form_key = models.CharField(max_length=40, null=True)
    batch_id = models.BigIntegerField(null=True)
    version = models.IntegerField()

    class Meta:
        managed = False
        db_table = "cases"

    def __str__(self):
        return self.number


class CasesElsewhere:
    """Django's own tables lie in a database of their own; the cases are only read."""

    def db_for_read(self, model, **hints):
        return "cases" if model._meta.app_label == "changelist" else "default"

    db_for_write = db_for_read

    def allow_relation(self, one, other, **hints):
        return True
