"""How usual characters are in digests, and what each costs by itself: what text that is odd is told by (see `oddity`).

Made from 198 honest digests (classes merged where the least is lost about what follows) and the o200k table.
"""

BITS = 8  # units of one bit

# Two hexadecimal digits for each character of ASCII, and for all others together
BEFORE = (
    "0f0f0f0f0f0f0f0f0f050e0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f000101000100010101020201020303030404040404040404"
    "0404020205000201030506060605060606050606060606050607060306050606060606010102010301080707090a0b090b080b090b0b0c08"
    "07070b0c09080b090c0c09020d02010f0f"
)
AFTER = (
    "0f0f0f0f0f0f0f0f0f010e0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f000101010101010102020101020202030405050505050505"
    "050503020101030101060606060606060606060606060606060606060606060606060601010201020107080808070808090a080b0c080d07"
    "08080c080b0a0808080a08010401010f0f"
)
SINGLES = (
    "0000000000000000002100000000000000000000000000000000000000000000003613212d2e351c1818243616151009101216191a1b1c1d"
    "1d1e0d211c191236311f291e231e272d2b20373524252324223d201d1d292f303c3642233026401a220f221718091f1f0006331d0b1b000f"
    "1a390611010f26272b183d1e031f440000"
)

# A row for each class of the character before
PAIRS = (
    "09192c34342c2324193e29292c362d00"
    "1f15132236271e26152c2a2926302100"
    "0c21181f4839343d2c4d424243490d00"
    "222c1d1f31201c1d0d30232124312900"
    "28341f380c083e35386a63645d673d00"
    "2b132824253e0d3514402d2c21204300"
    "272d223a4b330d0c342a1a4021553f00"
    "2b34242c553e340c1924181a16414300"
    "2c42313b664c3e1e0c58231914144700"
    "1a2b1a295942270e1d20162d22313300"
    "192b1c2b5a472a240d503221151b3400"
    "1e30212d5740310a1858162323333a00"
    "18291a2359482b15112e211630363100"
    "004b51564368565d4d74685f62643e00"
    "a6274b9966014a41347257474d6e3200"
    "172f29475648424038595249404f2b00"
)

# Tokens of each character below 0x20000 by itself, less one, in two bits; packed
CHARACTERS = (
    "c-rk<U2fz!4z>a7-2%)@%qeWZdKUre5ZgD}dE3TrP{|>-Z?yA10n$rSk}bJhRr%>mcP939CXRn3isVOrqEt!KTt6s;U<gBfbu7;NzK6cGV8L5AxA"
    "TBaXxavQYi-l;>o5llp1(_5e7JCSG}TXbu<-=9&v6s_w)4xIZq#N0&Y#v}CQ>OI&q77v%iB{!ZaZdvt}CDEpoJc6+q5PL=7S9$0u&E%@2zKjv2MB"
    "%rgmv<6^k0L?Pf7dR0xUmZMv3~F8`;{vfN{DClQ%djAri5FwSZ8P2;EV#^e6s@}c+czSKY0$3NP3gkFX2SaGZX+p~0o4n&66wwMOjHM8+u1A`2v4"
    "~C^@{khh|(9V4?_b1P)8=|Z5KN+Us`_Oj1yx+Cn#P;Pz6P?D0!?c5K=CL#0@YAC3)iNzQhf@bMnx^+=G+pH<+`kE}<M&hhrt_tTa{uboO?iJ(P~`"
    "Vr*N&aY&m)rixb|*F$GsuBVP^m7y9OKYfJI&Wcj}t9j}9vD2X1D^sCWrD)ljR$U9$JR+A-U5Y#a!h5us^}0^1fZ^C$_(Z_rxAhKJk7-S0bYmCwRE"
    "9}llM?)Bf7+T&~Izmp61_dAHVd$@mTfBz}Yf4>03^{4xNMP2~t*iVd<MnM;%efzo7*zrT~pOkUw`11SCIPM=_ecWAXVQv3E54W`V0#~?xT=2L1%2"
    "6&h{m+L5!4cwUE$9^vYls!*`i3J2=O7Ljz2vCg_8jUcCXnjLKNF+3RNEKsbBPV<%OJPp$7Y;4zJ+#aYB&ocj>?1#<#&F_ZQ_lOg3)<)uR{~byJ2#"
    "L)TsgZ5qN*G)fau!^ZH9;qf%O5a1o**w8|I^8N<BAfT<do3U#nD<{a@Svp>EK{-vi#tZ3f}LQSRa3da;=pFTML_w0ZA*I$SK`~C4h8~@Mg@jjvVI"
    "r8j3wc`IQ|1(D)$JJY=u4@t<X)`ksPi(uy_Pb1@n;vHH=X3;IWXOv>zP=>?ztm>;dCV7XZ~gzX<$oT>-41{j{2%%MbL0PIy12VwkJt16;^h7{HoJ"
    "xY&(8l3{Quhc@1dDso_!c+oM%4Aex|`&@1#h=wA%IE<c-75jxIRxXeJna0Pn~d;5mY`2&1K$X&@iWCfflmvra8T0KXzh8GET#@g*aK8+2~rP^l;2"
    "6cA7utm9VXHRk$~FuRbLEGm<QNOJAUZn5B*n)bntJ&w|c?S0=2K1?$Y#j;?5I-c8*Lz!BjpZQ|wkPNebXpp?+`AWy)x;XC{CU8q72MjBSc{E1p5U"
    "ry${g7u&7N`wON{ngdFtV`y!0MPR_cnu0UznVj(2UqofYA({kuuXbddrv1Fa+xPsaeUh<1aw)Yt3;^Bc`a4$)T&Mc9g=osHMrR6P%zG6c<c2{Yg^"
    ">bjv9%(<(Zj)m0?R@f4ni;du5iaF=2l3UW3B`v@4sG$DgceMr=|_OnhtP>qt#i58jEdjOaD8Nw=qYJ{DQ$2vG@9n!>?c~;uR2BGulq?8v`B~B5<A"
    "A53ne4x|aFwnx$T%J&_8Y&dVzM2(-;X;v^&FBGU_1R!;KLnVYhFCE(wroZ+A_(g(xTa&i+v4nWB8_2Y=P=?^POyTxbuBI<LSYlkrrlK9Zs9-EY;4"
    "(hjJcMTP0|}HaB%EfxDLt81G}>W=-IT4^|DZ)r;Hu;0bnHQ6cFvSIHGe>bGPLEK;r$#Mgk5BFv-Y#1T(719ea@=DqCAU-HD~$(jN?LZI|3tP%m{s"
    "Sj+-NIbetugnbWo8+%FddlYwIf1SHQyk%mYaEmOvLnGkh)7g0qS{zRhSuZ>iFA=NbfT=B7jIN!G1L{E<06odcWRv_nt~rJc478|nj#CyVF)tw+7e"
    "G!CGs*QND!FZaHAX6D4TERkXey>5k|Ib9zv_w{R6To<LUL}smodw*wc3p&YYVf}+K-FXo7t%z(WF4KD%8iN4c`r+M^P3F-izCItTQRVBe&<p6$EM"
    "E{30{=HAr2CMY5!(15{TK$a@aQqybKy-z`Nbz8!r`G~yPJE&+^oDm-Es@6M_bQ2vN61#w%4#UeKD%@51@e|)4->r2p!nXDbz1_Q(ef<jUrPwPCCb"
    "#su6q#n#(E&e1yQ|ni3Ya7H&0voZ61&wj6un8sJN^=nByeL}XNXKbQUEgs67^0~_<DQTCEU81@L&YGePJIw5Xf3rZ_4gcSR{dyr(u}Hpu3^cQab9"
    "?Uy6x6MuV<AyPcZ7#DRL%}^KpsWtkw$1DZ;06B(4R-#0yFpLa{<p;>fq$BZ%x)?XZaz!{Wk_6QqvQ#R`~l=Y!)5L(DlD_c@@YVx|MP3IcR473`PP"
    "2weHpJQ%*)*e*pCRM1j-Cgw~njLgAaS+j|c7u}dKbQ_sC4l{KDWhI<BP{PW(wn{mq+4H7r?V#i{4z??`Sy@L^`@H0;<+dZdRA9`)MM*iMP-c!$z<"
    "Tn^HwmJ;6^GeRoz)mx7@cz;MsLCOs@hVPq&2HWzOwk9wjy*ddnIM!kU|*&?yivG&S~UM7~O}$YVm1(f|(s#eBvN3CXp~1Z6J8a6cCoonTV4LOItO"
    "%QrBC%&BhJJGE?oyTJ$}u4VCg~gDGE8&T!h4OT8v!Msw&>3%dm3q(KCwugeH#r_j*+i8^x5To5B%kVHC1u0}d0%$YT{nw?}wnX4Ej(xN#Is!B7tj"
    "X{Gn(dsRc^n-J5wFx7cVyaI`8MjDEdYE;RlBqAcNDMe;!y*esJ1lDy7z1jg1(FPG<s@h8ueiTLyTeQKfSse#fv*H&=P_!2vjmjutJSF8WiaYZo`Q"
    "e9wqCWJoGM+A@fVhg*owfJ6pc(9skHRP1!$f*aARUc&<usLdBH8pmmo8{%&Tlpd>GX5(FQ_Mb(M&xjAB#RS=)vUd?^Ofn1~~XBj0jg#?Pa0U1ZK{"
    "ap*W&402z|mHL&-7I#IekSy+%IVG%Q0+^L#+lJk<_rg8~0qe{UQWG+H3$T8P(yXc(%M`P}mE(NH&0%48T$h?M<Hqboodi1x6IP(isvW~Lq9y04Z-"
    "f`|ZEV~GGfgn41Ov||%*68zA&?ToH5)6=)FQA75Ol7xXaAM7#aT&krTpL;yhc2zKEKIVsF)OAR^H`>v5VKByeHhv;hI+|d#Tr1Ax8SQzLwK4YryI"
    "yS6i6x&l6MXjBs^oBSni*XAO)5&XTS4>I~7sOdO4xx}A|I$5T~`4v-jPN`dU&a~k}^!*6$6{6kns7_<}RT$EQ5eV~*`rdGS*Z0qYnkFH@tp8nFl4"
    "kyYn+2Kk}@EJQ;k`8@jXQcUzXzhV6dIhPG$o;7OAg4Nt)0uC*wf>h!Y;!s*xG}BVDNzUzPvFp14bVa1a9K)MPBjXpANBvE{(sc}*TZux84>+%FyV"
    "WBf))jNGWcbC3Q2u95S1aVjuQI9*Uc7-dY&ea_^LlzcFoWduZs1*)1`2fkKeAY|DE{OslxwGDooX(k}Hd3o?=~r$~oflLS)o&-w$C`h(J@v-+KLj"
    "6U*!98|5P^w;rV){6JFrqP_g#Q*|KFS-g){sVx=<<|`GP$#bgomCRqZ5@lgkpZ5569_F48{`(64Z|?u8ILxjlJnFYTtZO-i^Fb<7>Q9w>E7d9Se~"
    "SGT&gU<ZGAbOp=#MStXQ}bV4PxiwQlTvUX3Kj+xVry``@4w$Q-#0MKW!MLBC31T&-RaH*N7#xI7_TFn5S~IU;p=YgxF)9RCC@a5*7aUqu2jWR~ou"
    "Puw*DnOL@0qbq_IXDaDCeOS@FNaJRkUU9rGO(R)hYmFmtm|8JXq&-{Nn-9J#h<1wgvd+(Ab`!mEfl(nRTt`LVw^M0F2Vk;2=WfaCLlZ0ph!nIAEw"
    "nk;ei(fbSKi%_GhQlh-0_{8P83Ok7{Uv0PHbEe_^346T`S|*y^Zy#e#Be<6+6`%{d921>X=yca9c|Kh{A!gtAT9iV$5HeJx>(%FaVgal&chlO@@)"
    "41-dG2qijLH6CWBw(OP9c$wNzQ+RN0&M_W$j;Ti7sxrQ02U+3+PQOK&RY1xGsN-LbT(ajob%DgV#C*Sw%aoZr+Uh|0o74xDv}t+PxO&rYWump+~8"
    "b8WMV#b^6}o8$P@#|!Es$Nc{t=Kov$f3*4kHgO#L|323K-)DcYrdoDdE3pUukNV%wtpDLo{`z2_|1)p+cq`zPGdZ*!L8Gg35N7M;bN37J>@KXB`t"
    "Q#_p1yy7++KTp#(R%{oVBw(d#bOWKY2~4@87Q9e(~|7|Gw3)KW)eT^!@2+r}@X1_xWdW{>QB`JUv}j<ZjR39(N7)cs9cQjvv2WQ|5nfIKj6+zF)B"
    "R>yF1OEv)VT`J+7H_FGT;<A16g<>H(FdsdI}(zj>Hv;Wj%y7!d+dzCu=miXUB<&TE{J^BC6_`fpV4~hS?@f`R+^8W|Q|2N{#k^hhUf8hTw#Q!-Sf"
    "9?E#o4>p-{%`dED*kxn{{#QW{Qt=RpE3XM#KU*R|6Aktf&T;l2mX)zf8hVX|AGGl{|EjL{2%!LJovx0zvICFf&b5p{~Pn`BmW=xKk$F#|DT5cqyB"
    "f`|G@vx!~ZkZZ?EG2>ib9jKk)y~_<w8uIP(9&|KEcDt^XbP|5*9|t^0p|HvT{R@BiBS{MLJZ{%^0p<MV&V=YN0J=YKz1{@;#loBv<9pY-7WNB;lR"
    "^Z&m(|6log4zJ4pZ~N=OKs%qP?!&WwkMRC8Fa7-gsK4^P`tvte|M2Or`ujgF34P@MUpxQ*A5TBtpa"
)
