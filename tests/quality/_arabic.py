"""Arabic pages of our own: invented news in the shapes of real sites, with the chrome those sites put around it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Story:
    title: str
    lead: str
    paragraphs: tuple[str, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        return (self.lead, *self.paragraphs)


@dataclass(frozen=True, slots=True)
class ArabicPage:
    """A page, every paragraph that must be kept, and strings of its chrome none of which may be."""

    name: str
    body: bytes
    content_type: str
    keep: tuple[str, ...]
    chrome: tuple[str, ...]


STORIES = (
    Story(
        "بلدية وادي الزيتون تعيد فتح الجسر القديم بعد ترميمه",
        "أعادت بلدية وادي الزيتون صباح الاثنين فتح الجسر القديم أمام السيارات بعد عشرة أشهر من أعمال الترميم.",
        (
            "وقال رئيس البلدية سامر الحلاق إن الأعمال كلفت أقل مما كان متوقعا، وإن عمالا من القرى المجاورة نفذوا معظمها.",
            "وأضاف في حديث مع الصحفيين أن الجسر كان يهدد سلامة المارة منذ فيضان الشتاء الماضي.",
            "ومن المقرر أن تبدأ المرحلة الثانية، وتشمل الأرصفة والإنارة، في مطلع الخريف المقبل.",
            "ورحب الأهالي بالخطوة، لكن بعضهم طالب بإصلاح الطريق المؤدي إلى المدرسة أيضا.",
        ),
    ),
    Story(
        "مقتل عنصرين من مجموعة أجنبية في انفجار قرب حقل الرمانة",
        "قُتل عنصران من مجموعة مسلحة أجنبية وأصيب ثالث في انفجار لغم قرب حقل الرمانة شرقي البادية.",
        (
            "وذكرت مصادر محلية أن الانفجار وقع عند مرور عربة تابعة للمجموعة على طريق ترابي غير معبد.",
            "وبحسب المصادر، فإن أحد القتيلين يدعى أوليغ بارانين، وكان قد وصل إلى المنطقة قبل شهرين.",
            "ولم تصدر أي جهة رسمية تعليقا على الحادثة حتى ساعة إعداد هذا الخبر.",
            "وتشهد المنطقة انتشارا واسعا للألغام التي خلفتها المعارك السابقة، وسبق أن أودت بحياة رعاة ومزارعين.",
            "ودعا ناشطون إلى إرسال فرق مختصة لإزالتها قبل موسم الحصاد.",
        ),
    ),
    Story(
        "مزارعو السهل الشمالي يشكون ارتفاع أسعار المحروقات",
        "اشتكى مزارعون في السهل الشمالي من ارتفاع أسعار المحروقات للمرة الثالثة خلال هذا الموسم.",
        (
            "ويقول المزارع عبد الكريم الناصر إن تكلفة سقاية الدونم الواحد تضاعفت منذ الربيع.",
            "«بعنا جزءا من الأغنام حتى نشتري الوقود»، يضيف الناصر وهو يشير إلى مضخة متوقفة.",
            "من جهتها، أكدت دائرة الزراعة أنها طلبت كميات إضافية ووعدت بتوزيعها خلال أسبوعين.",
            "ويعمل في زراعة القطن والقمح بالمنطقة أكثر من ثلاثة آلاف عائلة، بحسب تقديرات غير رسمية.",
        ),
    ),
    Story(
        "افتتاح معرض للكتاب المستعمل في ساحة البرج",
        "افتتح متطوعون شبان معرضا للكتاب المستعمل في ساحة البرج، يستمر حتى نهاية الأسبوع.",
        (
            "ويضم المعرض نحو أربعة آلاف عنوان تبرع بها سكان الأحياء المحيطة.",
            "وقالت المنظمة هبة السعدي: «أردنا أن تعود الكتب إلى أيدي القراء بدلا من أن تبقى في المستودعات».",
            "وخصص المنظمون ركنا للأطفال، وآخر للكتب المدرسية التي توزع مجانا.",
            "وسيذهب ريع المبيعات إلى ترميم مكتبة الحي التي أغلقت قبل ست سنوات.",
        ),
    ),
    Story(
        "انقطاع المياه عن أحياء المدينة الغربية لليوم الرابع",
        "تواصل انقطاع مياه الشرب عن أحياء المدينة الغربية لليوم الرابع على التوالي نتيجة عطل في محطة الضخ.",
        (
            "وأوضحت مؤسسة المياه أن العطل أصاب مضختين من أصل خمس، وأن قطع الغيار في طريقها إلى الموقع.",
            "ويعتمد السكان على الصهاريج التي ارتفع سعر حمولتها إلى الضعف، وفق شهادات جمعها مراسلنا.",
            "وقالت أم ياسر، وهي ربة منزل: «ننتظر الصهريج من الفجر، وأحيانا لا يأتي».",
            "وتوقعت المؤسسة عودة الضخ تدريجيا اعتبارا من مساء الخميس.",
        ),
    ),
    Story(
        "لجنة محلية توثق أسماء المفقودين في قرى الضفة",
        "أعلنت لجنة محلية انتهاء المرحلة الأولى من توثيق أسماء المفقودين في قرى الضفة الشرقية.",
        (
            "وشملت المرحلة تسع قرى، وسجلت خلالها أسماء مئتين وستة عشر شخصا فقدوا في سنوات متفرقة.",
            "وتقول منسقة اللجنة ريم القاضي إن الهدف هو حفظ الأسماء والتواريخ قبل أن يغيب الشهود.",
            "ونفت القاضي أن تكون اللجنة تابعة لأي جهة سياسية، مشيرة إلى أن تمويلها من تبرعات الأهالي.",
            "وستنشر اللجنة القوائم بعد التحقق منها مع العائلات.",
        ),
    ),
)

RELATED = ("حريق يلتهم مستودعا في المنطقة الصناعية", "وفد تجاري يزور المرفأ الجديد", "نتائج قرعة البطولة المدرسية")
MOST_READ = ("أسعار الصرف اليوم في السوق", "توقعات الطقس لنهاية الأسبوع", "مواعيد امتحانات الشهادة الثانوية")
COMMENTS = ("تعليق القارئ: كلام غير دقيق أبدا يا جماعة الخير", "رد: أتفق معك تماما وأشكر الموقع على النشر")
FOOTER = "جميع الحقوق محفوظة لموقع الاختبار"


def _list(items: tuple[str, ...]) -> str:
    return "".join(f'<li><a href="/news/{n}">{item}</a></li>' for n, item in enumerate(items))


def _head(story: Story, extra: str = "", description: bool = True) -> str:
    described = (
        f'<meta name="description" content="{story.lead}"><meta property="og:description" content="{story.lead}">'
        if description
        else ""
    )
    return f"""<!DOCTYPE html><html dir="rtl" lang="ar"><head><meta charset="utf-8"><title>{story.title} - موقع الاختبار</title>
    <meta property="og:title" content="{story.title}"><meta property="og:site_name" content="موقع الاختبار">{described}
    <meta property="article:published_time" content="2024-03-11T09:30:00+03:00">{extra}</head>"""


MENU = "<header><nav><ul><li><a href='/'>الرئيسية</a></li><li><a href='/politics'>سياسة</a></li><li><a href='/economy'>اقتصاد</a></li></ul></nav></header>"


def _p(story: Story, lead: bool = True) -> str:
    return "".join(f"<p>{text}</p>" for text in (story.sentences if lead else story.paragraphs))


def wordpress_magazine(story: Story) -> bytes:
    """A magazine theme: share bar, post meta, related posts, comment form, sidebar."""
    return f"""{_head(story)}<body class="single">{MENU}<div id="content"><div class="main-content"><article class="post">
    <header class="entry-header"><h1 class="post-title entry-title">{story.title}</h1><div class="post-meta"><span class="meta-author">
    <a href="/author/x">هيئة التحرير</a></span><span class="date">11 مارس 2024</span><span class="meta-views">1٬204</span> أقل من دقيقة</div></header>
    <div class="share-buttons share-buttons-top"><a href="#">فيسبوك</a><a href="#">تويتر</a><a href="#">واتساب</a><a href="#">طباعة</a></div>
    <div class="entry-content entry clearfix">{_p(story)}</div><div class="post-bottom-meta post-bottom-tags"><span>الوسوم</span>
    <a rel="tag" href="/tag/a">محليات</a></div><div class="share-buttons"><span>شاركها</span><a href="#">فيسبوك</a><a href="#">مشاركة عبر البريد</a></div></article>
    <div class="post-components"><div id="related-posts"><h3>مقالات ذات صلة</h3><ul>{_list(RELATED)}</ul></div><div id="respond" class="comment-respond">
    <h3>اترك تعليقاً</h3><p>لن يتم نشر عنوان بريدك الإلكتروني.</p><ol class="comment-list">{"".join(f"<li><p>{c}</p></li>" for c in COMMENTS)}</ol></div></div></div>
    <aside class="sidebar"><div class="widget"><h4>الأكثر قراءة</h4><ul>{_list(MOST_READ)}</ul></div></aside></div><footer><p>{FOOTER}</p></footer></body></html>""".encode()


def wordpress_font_buttons(story: Story) -> bytes:
    """A newspaper's theme: tag icons, font-size letters, related articles and a donation box behind the text."""
    return f"""{_head(story)}<body class="rtl single-post">{MENU}<div class="container"><div class="row"><div class="col-md-8"><div class="article-box">
    <h1>{story.title}</h1><div class="article-tools"><span><img src="t.png" alt="">tag icon</span> <a class="f1">ع</a> <a class="f2">ع</a> <a class="f3">ع</a></div>
    <figure><img src="p.jpg"><figcaption>صورة أرشيفية</figcaption></figure><div class="content-article">{_p(story)}</div>
    <div class="related-articles"><h5>مقالات متعلقة</h5><ol>{_list(RELATED)}</ol></div>
    <div class="donation-box"><span>×</span><p>الإعلام الحر يحتاج إلى قرائه كي يبقى حرا ومستقلا..</p><p>ادعم موقع الاختبار</p><p>ليرة واحدة شهريا تصنع الفرق</p>
    <a href="/donate">اضغط هنا للمساهمة</a></div></div></div><div class="col-md-4">{_list(MOST_READ)}</div></div></div><footer>{FOOTER}</footer></body></html>""".encode()


def drupal(story: Story) -> bytes:
    """Drupal 7: field wrappers, view blocks, a share module."""
    return f"""{_head(story)}<body class="html not-front node-type-article">{MENU}<div id="page"><div id="main"><div class="region region-content"><h1 id="page-title">{story.title}</h1>
    <div class="node node-article clearfix"><div class="submitted">نشر بواسطة <span class="username">محرر</span> في اثنين, 11/03/2024 - 09:30</div><div class="content">
    <div class="field field-name-body field-type-text-with-summary"><div class="field-items"><div class="field-item even" property="content:encoded">{_p(story)}</div></div></div>
    <div class="field field-name-field-tags"><div class="field-label">كلمات مفتاحية:</div><a href="/t/1">أخبار</a></div></div>
    <ul class="links inline"><li><a href="/print/1">نسخة للطباعة</a></li><li><a href="/user/login">سجل الدخول أو انشئ حسابا جديدا لتتمكن من إرسال التعليقات</a></li></ul></div></div>
    <div class="region region-sidebar-first"><div class="block block-views"><h2>الأكثر قراءة</h2><div class="view-content">{_list(MOST_READ)}</div></div></div></div>
    <div class="block block-views related"><h2>أخبار متعلقة</h2>{_list(RELATED)}</div></div><div id="footer">{FOOTER}</div></body></html>""".encode()


def table_1256(story: Story) -> bytes:
    """A portal of the 2000s: windows-1256, tables in tables, <br> between paragraphs, no class names."""
    text = "<br><br>".join(story.sentences)
    html = f"""<html dir=rtl><head><meta http-equiv="Content-Type" content="text/html; charset=windows-1256"><title>{story.title}</title></head><body bgcolor="#ffffff">
    <table width=900><tr><td colspan=3><a href=/>الرئيسية</a> | <a href=/2>محليات</a> | <a href=/3>رياضة</a> | <a href=/4>اتصل بنا</a></td></tr><tr><td width=150 valign=top><table>
    {"".join(f"<tr><td><a href=/n{n}>{item}</a></td></tr>" for n, item in enumerate(MOST_READ))}</table></td><td valign=top><table><tr><td><font size=5><b>{story.title}</b></font></td></tr>
    <tr><td><font size=2 color=gray>11/03/2024</font></td></tr><tr><td><font face="Simplified Arabic" size=4>{text}</font></td></tr>
    <tr><td><a href=/print>طباعة</a> <a href=/send>أرسل إلى صديق</a></td></tr></table></td><td width=150 valign=top>{"".join(f"<a href=/r{n}>{item}</a><br>" for n, item in enumerate(RELATED))}</td></tr>
    <tr><td colspan=3>{FOOTER}</td></tr></table></body></html>"""
    return html.encode("cp1256", "xmlcharrefreplace")


def next_shell(story: Story) -> bytes:
    """Next.js without server rendering: the text is in __NEXT_DATA__ only."""
    data = {
        "props": {
            "pageProps": {
                "article": {"title": story.title, "body": _p(story)},
                "latest": [{"title": r, "body": f"<p>{r} في خبر آخر لا علاقة له بالصفحة.</p>"} for r in RELATED],
            }
        }
    }
    return f"""{_head(story)}<body><div id="__next"><div class="loader">جاري التحميل</div></div>
    <script id="__NEXT_DATA__" type="application/json">{json.dumps(data)}</script></body></html>""".encode()


def next_rendered(story: Story) -> bytes:
    """Next.js with server rendering and hashed class names."""
    return f"""{_head(story)}<body><div id="__next"><div class="css-1x2y">{MENU}<main class="css-9ab"><h1 class="css-t1">{story.title}</h1><p class="css-ld">{story.lead}</p>
    <div class="css-mt"><time datetime="2024-03-11T09:30:00+03:00">11 مارس 2024</time><button>حفظ</button><button>شارك</button></div><div class="css-bd">{_p(story, lead=False)}</div>
    <section class="css-rl"><h2>اقرأ أيضا</h2>{"".join(f'<article><a href="/s/{n}"><h3>{item}</h3></a></article>' for n, item in enumerate(RELATED))}</section></main>
    <div class="css-sb"><h2>الأكثر مشاهدة</h2>{_list(MOST_READ)}</div></div></div></body></html>""".encode()


def elementor(story: Story) -> bytes:
    """A page builder's soup of divs with widget in every class name."""
    return f"""{_head(story)}<body>{MENU}<div data-elementor-type="single-post" class="elementor elementor-location-single"><section class="elementor-section">
    <div class="elementor-widget elementor-widget-theme-post-title"><div class="elementor-widget-container"><h1 class="elementor-heading-title">{story.title}</h1></div></div>
    <div class="elementor-widget elementor-widget-post-info"><ul><li><time>11 مارس، 2024</time></li><li>لا توجد تعليقات</li></ul></div>
    <div class="elementor-widget elementor-widget-theme-post-content"><div class="elementor-widget-container">{_p(story)}</div></div>
    <div class="elementor-widget elementor-widget-share-buttons"><div>Facebook</div><div>WhatsApp</div><div>Telegram</div></div>
    <div class="elementor-widget elementor-widget-posts"><h4>قد يعجبك أيضا</h4>{"".join(f'<article class="elementor-post"><h3><a href="/{n}">{item}</a></h3><p>مقتطف من خبر آخر لا يخص هذه الصفحة، {item}</p></article>' for n, item in enumerate(RELATED))}</div>
    </section></div><footer class="elementor-location-footer">{FOOTER}</footer></body></html>""".encode()


def blog_breaks(story: Story) -> bytes:
    """A blog platform: one div, paragraphs parted by two <br>."""
    return f"""{_head(story, description=False)}<body><div class="outer"><div class="main section"><div class="date-outer"><h2 class="date-header">الاثنين، 11 مارس 2024</h2><div class="post hentry">
    <h3 class="post-title entry-title">{story.title}</h3><div class="post-body entry-content">{"<br><br>".join(story.sentences)}</div><div class="post-footer">مرسلة بواسطة محرر في 9:30 ص
    <a href="#">إرسال بالبريد الإلكتروني</a></div></div></div><div class="comments" id="comments"><h4>هناك تعليقان:</h4>{"".join(f"<div class='comment'><p>{c}</p></div>" for c in COMMENTS)}</div></div>
    <div class="sidebar section">{_list(MOST_READ)}</div></div></body></html>""".encode()


def joomla(story: Story) -> bytes:
    """Joomla with K2: intro and full text apart, rating stars, counters."""
    return f"""{_head(story)}<body>{MENU}<div id="k2Container" class="itemView"><span class="itemDateCreated">الاثنين, 11 آذار/مارس 2024 09:30</span><h2 class="itemTitle">{story.title}</h2>
    <div class="itemToolbar"><ul><li>حجم الخط</li><li><a>تصغير حجم الخط</a></li><li><a>تكبير حجم الخط</a></li><li><a>طباعة</a></li></ul></div>
    <div class="itemBody"><div class="itemIntroText"><p>{story.lead}</p></div><div class="itemFullText">{_p(story, lead=False)}</div><div class="clr"></div></div>
    <div class="itemContentFooter"><span class="itemHits">قراءة 573 مرات</span></div><div class="itemRelated"><h3>مواضيع ذات صلة</h3><ul>{_list(RELATED)}</ul></div></div>
    <div class="footer">{FOOTER}</div></body></html>""".encode()


def read_more_inside(story: Story) -> bytes:
    """Boxes of other stories between the paragraphs, a photo credit, a newsletter call."""
    half = len(story.sentences) // 2
    first, second = (
        ("".join(f"<p>{text}</p>" for text in part)) for part in (story.sentences[:half], story.sentences[half:])
    )
    return f"""{_head(story)}<body>{MENU}<main id="main-content-area"><header class="article-header"><h1>{story.title}</h1></header><figure class="article-featured-image"><img src="a.jpg">
    <figcaption>المصدر: وكالة الاختبار المصورة</figcaption></figure><div class="wysiwyg wysiwyg--all-content">{first}
    <div class="more-on"><h2 class="more-on__heading">اقرأ أيضا</h2><ul class="more-on__list">{_list(RELATED)}</ul></div>{second}</div>
    <div class="article-source">المصدر : وكالات</div><div class="newsletter-box">اشترك في النشرة البريدية ليصلك جديدنا كل صباح</div></main>
    <section class="trending"><h2>الأكثر تداولا</h2>{_list(MOST_READ)}</section><footer>{FOOTER}</footer></body></html>""".encode()


def plain_divs(story: Story) -> bytes:
    """No paragraphs at all: every sentence in a div, encoded in UTF-8 and declared as windows-1256."""
    rows = "".join(f"<div>{text}</div>" for text in story.sentences)
    return f"""<html dir="rtl"><head><meta http-equiv="Content-Type" content="text/html; charset=windows-1256"><title>موقع الاختبار :: {story.title}</title></head><body>{MENU}<div id="wrap"><div id="title"><h1>{story.title}</h1></div>
    <div id="date">2024-03-11</div><div id="details">{rows}</div><div id="social">شارك الخبر: <a>فيسبوك</a> <a>تويتر</a></div><div id="others"><b>أخبار أخرى</b>{_list(RELATED)}</div></div><div id="foot">{FOOTER}</div></body></html>""".encode()


def amp(story: Story) -> bytes:
    """An AMP twin."""
    return f"""{_head(story).replace("<html", "<html amp")}<body><amp-sidebar id="s">{_list(MOST_READ)}</amp-sidebar><article class="amp-wp-article"><header class="amp-wp-article-header"><h1 class="amp-wp-title">{story.title}</h1>
    <div class="amp-wp-meta amp-wp-byline">هيئة التحرير</div><div class="amp-wp-meta amp-wp-posted-on"><time datetime="2024-03-11T06:30:00+00:00">منذ 3 أيام</time></div></header><div class="amp-wp-article-content">{_p(story)}</div>
    <footer class="amp-wp-article-footer"><div class="amp-wp-meta amp-wp-tax-category">التصنيفات: محليات</div><div class="amp-wp-meta amp-wp-comments-link"><a href="#">اترك تعليقاً</a></div></footer></article>
    <footer class="amp-wp-footer"><p>{FOOTER}</p><a href="#top">العودة إلى الأعلى</a></footer></body></html>""".encode()


SHAPES: tuple[Callable[[Story], bytes], ...] = (
    wordpress_magazine, wordpress_font_buttons, drupal, table_1256, next_shell, next_rendered, elementor, blog_breaks, joomla, read_more_inside, plain_divs, amp,
)  # fmt: skip
CHROME = (
    *RELATED, *MOST_READ, *COMMENTS, FOOTER, "tag icon", "ع ع ع", "مقالات متعلقة", "مقالات ذات صلة", "ادعم موقع الاختبار", "اضغط هنا للمساهمة", "اترك تعليقاً", "الوسوم", "شاركها",
    "نسخة للطباعة", "أرسل إلى صديق", "جاري التحميل", "قراءة 573", "حجم الخط", "اشترك في النشرة", "صورة أرشيفية", "وكالة الاختبار", "الأكثر قراءة", "اقرأ أيضا", "قد يعجبك", "مقتطف من خبر آخر",
    "11 مارس", "11/03/2024", "لا توجد تعليقات", "WhatsApp", "كلمات مفتاحية", "مرسلة بواسطة", "سجل الدخول", "شارك الخبر", "هيئة التحرير", "التصنيفات", "العودة إلى الأعلى", "أخبار أخرى", "ليرة واحدة",
)  # fmt: skip


def arabic_pages() -> Iterator[ArabicPage]:
    """Every shape with three of the stories."""
    for number, shape in enumerate(SHAPES):
        for step in range(3):
            story = STORIES[(number + step) % len(STORIES)]
            charset = "" if shape in (table_1256, plain_divs) else "; charset=utf-8"
            yield ArabicPage(
                f"{shape.__name__}-{(number + step) % len(STORIES)}",
                shape(story),
                f"text/html{charset}",
                story.sentences,
                CHROME,
            )
