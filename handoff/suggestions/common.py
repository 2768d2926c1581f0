"""Everyday words that tell nothing of who uses them, and names that no example question makes everyday words.

Written by hand, not counted from what people say: words that many use hold names too.
"""

from __future__ import annotations

COMMON = frozenset(
    """
    a an the this that these those i i'm im i've ive i'd i'll me my mine myself you you're youre you've
    your yours u ur yourself he he's him his himself she she's her hers herself it it's its itself we
    we're we've us our ours they they're them their theirs one ones someone somebody anyone anybody
    everyone everybody nobody who who's whose whom which what what's whats when where where's why how
    how's hows and or but so because cos coz if then than as though although while until unless since
    before after once of in on at by for with without to from into onto out off up down over under about
    around near between through during against across along behind above below inside outside beside
    besides instead except not no nor yes yeah ok okay please pls thanks hello hi hey sorry is isn't isnt
    are aren't am was wasn't were weren't be been being do don't dont does doesn't doesnt did didn't didnt
    done doing have haven't havent has hasn't had having can can't cant cannot could couldn't will won't
    wont would wouldn't should shouldn't shall may might must need needs needed needing get gets getting
    got go goes going gone went come comes coming came make makes making made take takes taking took taken
    give gives giving gave given put puts keep keeps kept let lets find finds finding found know knows
    knew think thinks thought want wants wanted wanna gonna like likes liked look looking looks use uses
    used using work works worked working try tries trying tried ask asks asked asking tell tells told say
    says said talk talking speak call called help helps helped helping start starts started starting stop
    stops stopped stopping begin leave leaves leaving left stay stays change changes changed changing move
    moved moving live lives lived living lost lose losing buy buying bought pay pays paid paying cost
    costs spend save send sent sending show see seen saw read write writing fill sign apply applied
    applying claim claiming join bring turn turned turning run happen happens happened mean means meant
    understand learn learning choose wait waiting open close closed book check renew replace replaced
    drive driving ride eat eats drink sleep allowed able supposed all any some every each both either
    neither none many much more most few less least lot lots enough too very really quite just only even
    still also again ever never always often sometimes maybe now already yet soon later ago today tonight
    tomorrow yesterday here there everywhere somewhere anywhere else other others another same different
    new old older young younger good better best bad worse worst big small long short high low early late
    first last next right wrong free cheap full half own sure possible true ready quick easy hard thing
    things something anything everything nothing stuff way ways kind sort part bit time times day days
    week weeks weekend month months year years hour hours minute minutes morning afternoon evening night
    monday tuesday wednesday thursday friday saturday sunday one two three four five six seven eight nine
    ten people person child children kid kids boy girl man woman baby family parent parents mum mums
    mother dad dads father brother sister friend friends mate mates teacher adviser advisor tutor boss
    council government police home house flat room school college sixth form uni university class course
    courses lesson lessons job jobs shop town city bus buses train trains tram car bike road street place
    area office bank doctor dentist hospital library gym phone number email letter text website online app
    internet computer laptop money cash card pass ticket account pound pounds fee fees price discount
    grant loan bursary benefit benefits rent wage wages food meal meals lunch dinner clothes uniform books
    bin bins dog cat licence license provisional passport id photo photocard form forms zip certificate
    proof birth address age name date test exam exams results grade grades level levels maths english
    interview cv apprenticeship training trade
    """.split()
)

NAMES = frozenset(
    """
    aaliyah abdul abdullah abigail adam ahmed aisha alex alexander alfie ali alice amber amelia amina amir
    amy andrew anna anthony archie arthur ashley ava ayesha bella ben benjamin bethany callum cameron
    charles charlie charlotte chloe chris christopher connor daisy dan daniel danny dave david deborah
    dylan edward eleanor ella ellie emily emma ethan evie fatima finley florence fred freddie freya gareth
    george georgia hamza hannah harriet harry harvey hassan henry holly ibrahim imran isaac isabella isla
    jacob jade jake james jamie jasmine jason jayden jennifer jess jessica joe joel john jordan joseph
    josh joshua julie kai karen kate katie keira kevin khadija kieran kyle laura lauren leah leo lewis
    liam lily linda logan lola louis louise lucas lucy luke maria mariam martin mary maryam mason matilda
    matt matthew megan mia michael mike millie mohamed mohammad mohammed molly muhammad natalie nathan
    niamh niall nicole noah olivia oliver omar oscar owen patrick paul peter phoebe poppy rachel rebecca
    reece rhys richard riley robert ryan sam samantha samira samuel sara sarah scarlett sean shannon
    sharon sienna simon sofia sophia sophie stephen steve steven susan tariq theo thomas tom tyler tyrese
    victoria william yasmin yusuf zac zahra zainab zara zoe ahmad akhtar ali anderson begum brown campbell
    chowdhury clarke davies edwards evans hughes hussain jackson johnson jones kaur khan lee miah mitchell
    morris okafor okoro okonjo patel patterson phillips rahman roberts robinson shah sharma singh smith
    stewart taylor thompson watson williams wilson
    """.split()
)
