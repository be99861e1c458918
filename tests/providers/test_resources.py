"""Reference data in files: headings, cells, row errors, and the way through the services."""

import io
import zipfile

import openpyxl
import pytest

from iys_portal.core.actors import SYSTEM
from iys_portal.core.errors import NotFound, WrongMoment
from iys_portal.core.import_formats import CSVFile, TableRefused, XLSXFile, check_content
from iys_portal.core.import_storage import PrivateTmpStorage
from iys_portal.core.models import AuditEntry
from providers.models import Brand, Provider, Retailer
from providers.resources import BrandResource, ProviderResource, RetailerResource
from tests.factories import BrandFactory, ProviderFactory, RetailerFactory, staff

pytestmark = pytest.mark.django_db


def load(resource, text, *, dry_run=False, actor=SYSTEM):
    dataset = CSVFile().create_dataset(text.encode() if isinstance(text, str) else text)
    return resource(actor=actor).import_data(
        dataset, dry_run=dry_run, use_transactions=True, rollback_on_validation_errors=True
    )


def workbook(*rows):
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def test_turkish_headings_in_any_spelling_encoding_and_delimiter():
    text = "İYS NO;Unvan;Mersis_No;E-POSTA;İl\n765001;Örnek Ğ A.Ş.;0999000000100015;a@x.example;İzmir\n"
    for data in (text.encode("cp1254"), text.encode("utf-16"), text.replace(";", "\t").encode("utf-8-sig")):
        result = load(ProviderResource, data, dry_run=True)
        assert result.totals["new"] == 1, data
    assert not Provider.objects.filter(iys_code=765001).exists()
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("form", [CSVFile, XLSXFile])
def test_an_export_read_back_changes_nothing(form):
    retailer = RetailerFactory(name="=1+1", code="007", is_active=False)
    BrandFactory(double_opt_in=True, short_name="-kısa")
    for resource, queryset in (
        (ProviderResource, Provider.objects.all()),
        (BrandResource, Brand.objects.all()),
        (RetailerResource, Retailer.objects.all()),
    ):
        data = form().export_data(resource().export(queryset))
        dataset = form().create_dataset(data.encode() if isinstance(data, str) else data)
        result = resource(actor=SYSTEM).import_data(dataset, use_transactions=True)
        assert not result.has_errors()
        assert not result.has_validation_errors()
        assert result.totals["skip"] == queryset.count()
    retailer.refresh_from_db()
    assert retailer.name == "=1+1"


def test_exports_are_guarded_against_spreadsheet_formulas():
    for name in ('=HYPERLINK("http://a.example")', "+1", "-1", "@SUM(A1)"):
        RetailerFactory(name=name)
    exported = RetailerResource().export(Retailer.objects.order_by("pk"))
    text = CSVFile().export_data(exported)
    assert "'=HYPERLINK" in text
    assert "'+1" in text
    assert "'-1" in text
    assert "'@SUM" in text
    book = openpyxl.load_workbook(io.BytesIO(XLSXFile().export_data(RetailerResource().export(Retailer.objects.all()))))
    assert {cell.data_type for row in book.active.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}


def test_r_g3_an_export_is_on_record_with_its_size():
    RetailerFactory.create_batch(3)
    actor = staff("admin")
    RetailerResource(actor=actor).export(Retailer.objects.all())
    (entry,) = AuditEntry.objects.filter(verb="reference.exported")
    assert (entry.target_type, entry.new, entry.actor_id) == ("providers.retailer", {"rows": 3}, actor.id)


def test_each_row_goes_through_its_service():
    provider = ProviderFactory(iys_code=765001)
    BrandFactory(provider=provider, brand_code=765002, name="Eski")
    result = load(
        BrandResource,
        "iysCode,brandCode,name,doubleOptIn,isActive\n765001,765002,Yeni,evet,0\n765001,765003,Öteki,hayır,1\n",
        actor=staff("admin").by_way("import"),
    )
    assert (result.totals["update"], result.totals["new"]) == (1, 1)
    verbs = AuditEntry.objects.order_by("id").values_list("verb", "way")
    assert list(verbs) == [
        ("brand.changed", "import"),
        ("brand.deactivated", "import"),
        ("brand.created", "import"),
    ]
    brand = Brand.objects.get(brand_code=765002)
    assert (brand.name, brand.double_opt_in, brand.is_active) == ("Yeni", True, False)


def test_row_errors_name_the_files_columns_and_nothing_is_kept():
    brand = BrandFactory()
    result = load(
        RetailerResource,
        f"brandCode,retailerCode,name,isActive\n{brand.brand_code},B1,Bir,1\n{brand.brand_code},B2,,1\n"
        f"{brand.brand_code},B3,Üç,belki\n1,B4,Dört,1\n{brand.brand_code},B1,Yine,1\n",
    )
    assert [(row.number, list(row.error_dict)) for row in result.invalid_rows] == [
        (2, ["name"]),
        (3, ["isActive"]),
        (4, ["brandCode"]),
        (5, ["__all__"]),
    ]
    assert not Retailer.objects.exists()
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    "headings, word",
    [
        ("brandCode,retailerCode,name,bayii", "bayii"),
        ("brandCode,Marka no,retailerCode,name", "brandCode"),
        ("brandCode,name", "retailerCode"),
    ],
)
def test_unknown_double_and_missing_columns_are_refused_as_a_whole(headings, word):
    result = load(RetailerResource, f"{headings}\n" + ",".join("1" for _ in headings.split(",")) + "\n")
    assert [word in str(error.error) for error in result.base_errors] == [True]
    assert not result.rows


def test_a_new_row_needs_its_columns():
    result = load(ProviderResource, "iysCode,title\n765001,X\n")
    assert set(result.invalid_rows[0].error_dict) == {"mersis", "email"}


def test_a_spreadsheets_numbers_are_read_as_the_digits_they_show():
    brand = BrandFactory()
    data = workbook(["Marka no", "Bayi kodu", "Bayi"], [float(brand.brand_code), 17, "On yedi"], [None, None, None])
    dataset = XLSXFile().create_dataset(data)
    RetailerResource(actor=SYSTEM).import_data(dataset, use_transactions=True)
    assert Retailer.objects.get().code == "17"


def test_five_thousand_dealers_come_in_one_act(django_assert_max_num_queries):
    brand = BrandFactory()
    text = "brandCode,retailerCode,name\n" + "".join(f"{brand.brand_code},B{n:04d},Bayi {n}\n" for n in range(5000))
    with django_assert_max_num_queries(60):
        result = load(RetailerResource, text)
    assert result.totals["new"] == 5000
    assert AuditEntry.objects.filter(verb="retailer.created").count() == 5000


def zipped(**files):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/").replace("_x", ".x").replace("_b", ".b"), content)
    return data.getvalue()


@pytest.mark.parametrize(
    "data, spreadsheet",
    [
        (b"%PDF-1.7 ...", False),
        (b"PK\x03\x04....", False),
        (b"a,b\n1,\x002\n", False),
        (b"a,b\n" + b"x" * 200_000, False),
        (b"a,b\n1,2\n", True),
        (zipped(a_xml="x"), True),
        (zipped(xl__workbook_xml="x", xl__vbaProject_bin="x"), True),
        (zipped(xl__workbook_xml="x", xl__sheet_xml=b"0" * (101 * 1024**2)), True),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", True),
    ],
    ids=[
        "pdf",
        "zip as csv",
        "nul",
        "long line",
        "csv as xlsx",
        "other zip",
        "macros",
        "zip bomb",
        "encrypted",
    ],
)
def test_files_are_limited_by_content(data, spreadsheet):
    with pytest.raises(TableRefused):
        check_content(io.BytesIO(data), spreadsheet=spreadsheet)


def test_a_sheet_that_claims_a_million_rows_is_read_within_bounds():
    book, file = openpyxl.Workbook(), io.BytesIO()
    book.active["A1"], book.active["XFD1048576"] = "brandCode", "x"
    book.save(file)
    assert len(XLSXFile().create_dataset(file.getvalue())) == 0


def test_waiting_files_lie_in_private_storage_under_names_of_our_own(settings):
    storage = PrivateTmpStorage()
    storage.save(b"brandCode\n1\n")
    path = next(settings.PRIVATE_ROOT.rglob("reference-imports/*"))
    assert path.stat().st_mode & 0o777 == 0o600
    assert PrivateTmpStorage(name=path.name).read() == b"brandCode\n1\n"
    PrivateTmpStorage(name=path.name).remove()
    with pytest.raises(WrongMoment):
        PrivateTmpStorage(name=path.name).read()
    with pytest.raises(NotFound):
        PrivateTmpStorage(name="../../etc/passwd")
